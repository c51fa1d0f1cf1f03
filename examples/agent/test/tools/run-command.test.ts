import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { runCommand } from "../../src/tools/run-command.js";
import { newPlace } from "./folder.js";

const { folder, context } = await newPlace();
const run = (command: string) => runCommand().act({ command }, context);

test("a command runs in the folder, as a shell understands its text", async () => {
  expect(await run('pwd; echo "a  b" | tr a-z A-Z; echo oops >&2')).toBe(`${folder}\nA  B\noops`);
});

test("a command that fails says how", async () => {
  await expect(run("echo so far; exit 3")).rejects.toThrow("so far\n[it ended with code 3]");
  await expect(run("kill -TERM $$")).rejects.toThrow("[it ended with SIGTERM]");
});

test("it has no input, and of the environment only what a shell needs", async () => {
  vi.stubEnv("AGENT_MODEL_KEY", "secret");
  try {
    expect(await run("cat; env | cut -d= -f1 | sort | tr '\\n' ' '")).toMatch(
      /^(HOME|LANG|OLDPWD|PATH|PWD|SHLVL|_| )+$/,
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

test("output that goes on and on is cut, and so is the command", async () => {
  const tool = runCommand({ shown: 10, output: 100_000 });
  await expect(tool.act({ command: "yes" }, context)).rejects.toThrow(
    /^(y\n){5}\[cut: these are 10 of \d+ characters\]\n\[cut: the command was ended after 100000 characters\]\n\[it ended with SIGKILL\]$/,
  );
});

test("long output is cut, and the command goes on", async () => {
  const output = await runCommand({ shown: 10 }).act({ command: "seq 1000; echo done > done.txt" }, context);
  expect(output).toBe("1\n2\n3\n4\n5\n[cut: these are 10 of 3893 characters]");
  expect(await readFile(join(folder, "done.txt"), "utf8")).toBe("done\n");
});

test("a command that takes too long is ended, with all that it started", async () => {
  const tool = runCommand({ time: 300 });
  const command = "(sleep 1; echo late > late.txt) & echo begun; sleep 60";
  const failure = "begun\n[cut: the command was ended after 0.3 seconds]\n[it ended with SIGKILL]";
  await expect(tool.act({ command }, context)).rejects.toThrow(failure);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await expect(readFile(join(folder, "late.txt"))).rejects.toThrow("ENOENT");
});

test("what it leaves in the background does not hold it up", async () => {
  const begun = performance.now();
  expect(await run("sleep 60 & echo done")).toBe("done");
  if (process.platform === "linux") expect(await run("setsid sleep 3 & sleep 0.1; echo done")).toBe("done");
  expect(performance.now() - begun).toBeLessThan(2500);
});

test("a command that is stopped is ended", async () => {
  const controller = new AbortController();
  const ended = runCommand().act({ command: "sleep 60" }, { ...context, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("stopped")), 100);
  await expect(ended).rejects.toThrow("stopped");
});
