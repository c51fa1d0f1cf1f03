import { expect, test } from "vitest";
import { generatedCode } from "../support/run.js";

test("an event's methods keep their names when another one is superseded", () => {
  const clash = (option: string) =>
    generatedCode(`message A { option (sessionstream.v1.event) = {name: "TURLOpened"}; }
message B { option (sessionstream.v1.event) = {name: "TUrlOpened" ${option}}; }`);
  expect(clash("")).toContain("  TURLOpened: UiProjector");
  expect(clash('superseded_by: "TURLOpened"')).toContain("  TURLOpened: UiProjector");
  expect(clash('superseded_by: "TURLOpened"')).toContain("  TUrlOpened: Upcaster");
});
