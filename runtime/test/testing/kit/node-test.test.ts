import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { newFile } from "../../../../test/fixtures/stores.js";

const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);

const source = `import { test } from "node:test";
import { Hub } from ${url("../../../dist/index.js")};
import { atEachAwait, fakeClock, failingStore, fold, given } from ${url("../../../dist/testing/index.js")};
import { lab, LabMeasure, LabNoteSet, LabTrace, LabWork } from ${url("../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js")};

const feature = { desc: lab, handle: ({ payload, publish }) => { publish(LabTrace, { text: payload.task }); } };
const empty = given(feature, [LabNoteSet.of({ number: 1 })]);

const running = {
  ...feature,
  run: ({ publish, input }) => publish(LabNoteSet, { number: 2, text: input.task }),
  ended: () => [],
};

test("met", () => empty.when(LabWork, { task: "a" }).published([LabTrace.of({ text: "a" })]));
test("folded", () => { fold(feature, [LabTrace.of({})], { now: fakeClock() }).told([]); });
test("crashed", () => atEachAwait((crash) =>
  given(running, [], { crash }).whenStarted(LabMeasure, { task: "a" }).ended("completed")));
test("not met", () => empty.when(LabWork, { task: "a" }).published([LabTrace.of({ text: "b" })]));
test("not awaited", () => { empty.when(LabWork, { task: "a" }).published([]); });
`;

test("the kit runs under node:test, which shows what differs", async () => {
  const file = newFile("kit.test.mjs");
  await writeFile(file, source);
  // In a process of node:test, it would report to that one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { code, stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", file], {
    env,
  }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, stdout }),
  );
  expect(code).toBe(1);
  expect(
    stdout.match(/^ *(not )?ok \d+ - (met|folded|crashed|not met|not awaited)$/gm)?.map((line) => line.trim()),
  ).toEqual([
    "ok 1 - met",
    "ok 2 - folded",
    "ok 3 - crashed",
    "not ok 4 - not met",
    // The test is over when the kit finds out, and so node:test says it beside the test.
    "ok 5 - not awaited",
  ]);
  expect(stdout).toMatch(/# Error: Test "not awaited" .*: when LabWork: other events were published than expected/);
  expect(stdout).toContain("when LabWork: other events were published than expected");
  expect(stdout).toContain('"text": "b"');
  expect(stdout).toMatch(/expected:\n.*\n? *name: 'LabTrace'/);
}, 30_000);
