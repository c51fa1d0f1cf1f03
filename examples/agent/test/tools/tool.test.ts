import { expect, test } from "vitest";
import { fileTools } from "../../src/tools/index.js";
import { act, isRepeatable, needsApproval } from "../../src/tools/tool.js";
import { contextOf, newPlace } from "./folder.js";

const { context, folder } = await newPlace();
const call = (tool: string, given: unknown) => ({ tool, arguments: JSON.stringify(given) });

test("reading needs no approval and may be repeated; writing needs one; a command may not be repeated", () => {
  const rights = fileTools.map(({ name, needsApproval, isRepeatable }) => [name, needsApproval, isRepeatable]);
  expect(rights).toEqual([
    ["search_files", false, true],
    ["read_file", false, true],
    ["write_file", true, true],
    ["run_command", true, false],
  ]);
  expect(isRepeatable(fileTools, { tool: "run_command" } as never)).toBe(false);
});

test.each([
  [{ tool: "fly", arguments: "{}" }, 'there is no tool "fly", only search_files, read_file, write_file, run_command'],
  [{ tool: "run_command", arguments: "ls" }, "the arguments of run_command are not JSON"],
  [call("run_command", { command: 5 }), 'run_command needs the argument "command", a text'],
  [call("run_command", null), 'run_command needs the argument "command", a text'],
  [call("write_file", { path: "a" }), 'write_file needs the argument "content", a text'],
])("nobody is asked about %j, and the model is told what is wrong", async (wrong, output) => {
  expect(needsApproval(fileTools, wrong)).toBe(false);
  expect(await act(fileTools, wrong, context)).toEqual({ output, failed: true });
});

test("what a tool throws is the result, unless it was stopped", async () => {
  const read = call("read_file", { path: "../x" });
  expect(await act(fileTools, read, context)).toMatchObject({ failed: true });
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(act(fileTools, read, { ...contextOf(folder), signal })).rejects.toThrow("stopped");
});
