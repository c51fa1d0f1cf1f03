import { expect, test } from "vitest";
import { parseOptions } from "../src/options.js";

test("all has a default", () => {
  expect(parseOptions([])).toMatchObject({ port: 8080, person: "anna", pace: 40, lease: 3000 });
  expect(parseOptions(["--folder", "f", "--db", "d", "--port", "0", "--person", "ben"])).toMatchObject({
    folder: "f",
    db: "d",
    port: 0,
    person: "ben",
  });
  expect(parseOptions(["--help"])).toBeUndefined();
});

test.each([
  [["--person", "eve"], '--person: got "eve", want one of anna, ben'],
  [["--port", "99999"], '--port: got "99999", want a whole number from 0 to 65535'],
  [["--pace", "fast"], '--pace: got "fast", want a whole number from 0 to 60000'],
  [["--nonsense"], "Unknown option '--nonsense'"],
])("bad input %j is refused with what is wrong", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
