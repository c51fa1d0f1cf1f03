import fc from "fast-check";

const word = fc.constantFrom(
  "Chat",
  "chat",
  "Foo",
  "foo",
  "FO",
  "_",
  "7",
  "Event",
  "Command",
  "UiEvent",
  "Entity",
  "Handlers",
  "Run",
  "Runs",
);
/** Logical names that are likely to clash in a feature of the name Chat. */
export const logicalName: fc.Arbitrary<string> = fc
  .array(word, { minLength: 1, maxLength: 4 })
  .map((words) => words.join(""))
  .filter((text) => /^[A-Za-z]/.test(text));
