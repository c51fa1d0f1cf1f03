import fc from "fast-check";
import { hostileNames } from "./hostile.js";

/** Features with random names of every kind, biased to what clashes. */
export function randomSources(seed: number): Record<string, string> {
  const word = fc.constantFrom(
    "Chat",
    "chat",
    "Foo",
    "foo",
    "FOO",
    "_",
    "1",
    "Event",
    "Command",
    "UiEvent",
    "Run",
    "Runs",
    "End",
    "Schema",
    "Ui",
    "Handlers",
    "register",
  );
  const name = fc
    .array(word, { minLength: 1, maxLength: 4 })
    .map((words) => words.join(""))
    .filter((text) => /^[A-Za-z]/.test(text) && !hostileNames.includes(text));
  const names = fc.uniqueArray(name, { minLength: 20, maxLength: 20 });
  const features = fc.sample(fc.record({ command: names, event: names, ui_event: names, run: names }), {
    seed,
    numRuns: 10,
  });
  // Names are unique across files.
  const used = new Set<string>();
  return Object.fromEntries(
    features.map((kinds, index) => {
      const marks = Object.entries(kinds).map(([kind, texts]) => {
        const fresh = texts.filter((text) => !used.has(kind + text));
        for (const text of fresh) used.add(kind + text);
        return `option (sessionstream.v1.${kind}) = {name: ${JSON.stringify([...fresh, `Chat${kind}${index}`])}};`;
      });
      const feature = index === 0 ? "Chat" : `Chat${index}`;
      return [
        `random/r${index}.proto`,
        `syntax = "proto3"; package random.r${index}; import "sessionstream/v1/options.proto";
option (sessionstream.v1.feature) = {name: "${feature}"};
message Foo { ${marks.join(" ")} }`,
      ];
    }),
  );
}
