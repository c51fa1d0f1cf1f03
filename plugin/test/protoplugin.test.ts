import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = `
import { createRequire } from "node:module";
import { protocGenSessionstream } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
const require = createRequire(createRequire(import.meta.url).resolve("@bufbuild/protoplugin"));
const loaded = Object.keys(require.cache).filter((file) => /node_modules.typescript/.test(file));
const stub = require.cache[require.resolve("typescript")];
console.log(JSON.stringify([protocGenSessionstream.name, loaded, stub === undefined]));
`;

test("no TypeScript compiler is loaded, and nothing is left in its place", () => {
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd, encoding: "utf8" });
  expect(JSON.parse(output)).toEqual(["protoc-gen-sessionstream", [], true]);
});
