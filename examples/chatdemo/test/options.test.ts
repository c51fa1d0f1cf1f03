import { expect, test } from "vitest";
import { parseOptions } from "../src/options.js";

test.each([
  [["--chunk-delay", "soon"], `--chunk-delay: got "soon", want a whole number from 0 to 60000`],
  [["--serve", "--port", "99999"], `--port: got "99999", want a whole number from 0 to 65535`],
  [["--nonsense"], "Unknown option '--nonsense'"],
])("bad input %j is refused with what is wrong", (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
});
