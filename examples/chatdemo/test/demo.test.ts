import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runDemo } from "./demo.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatdemo-"));
});
afterAll(() => rm(folder, { recursive: true }));

function frames(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("--json prints each UI event as a UiEventFrame and the snapshot as the last line", async () => {
  const db = join(folder, "json.db");
  const { code, stdout, stderr } = await runDemo("--db", db, "--session", "s", "--json", "--chunk-delay", "0");
  expect([code, stderr]).toEqual([0, ""]);
  const printed = frames(stdout);
  expect(printed.slice(0, -1).map(({ eventOrdinal, name }) => [eventOrdinal, name])).toEqual([
    ["1", "ChatMessageAccepted"],
    ["2", "ChatMessageStarted"],
    ["3", "ChatMessageAppended"],
    ["4", "ChatMessageAppended"],
    ["5", "ChatMessageAppended"],
    ["6", "ChatMessageFinished"],
  ]);
  expect(printed.at(-1)).toMatchObject({
    sessionId: "s",
    snapshotOrdinal: "6",
    entities: [
      {
        kind: "ChatMessage",
        createdOrdinal: "1",
        lastEventOrdinal: "1",
        payload: {
          "@type": "type.googleapis.com/chat.v1.ChatMessageEntity",
          role: "ROLE_USER",
          status: "STATUS_FINISHED",
          text: "Explain ordinals",
        },
      },
      {
        kind: "ChatMessage",
        createdOrdinal: "2",
        lastEventOrdinal: "6",
        payload: { role: "ROLE_ASSISTANT", status: "STATUS_FINISHED", text: "Answer: Explain ordinals" },
      },
    ],
  });
});

test("--snapshot-only prints the stored snapshot and runs nothing; a further prompt goes on with the next ordinal", async () => {
  const db = join(folder, "further.db");
  const first = await runDemo("--db", db, "--json", "--chunk-delay", "0");
  const again = await runDemo("--db", db, "--json", "--snapshot-only");
  expect(again).toEqual({ code: 0, stdout: `${first.stdout.trim().split("\n").at(-1)}\n`, stderr: "" });
  const { stdout } = await runDemo("--db", db, "--json", "--chunk-delay", "0");
  const printed = frames(stdout);
  expect(printed[0]).toMatchObject({ eventOrdinal: "7" });
  expect(printed.at(-1)).toMatchObject({ snapshotOrdinal: "12" });
});

test("the text for people names the ordinal, the UI events and the messages", async () => {
  const { stdout } = await runDemo("--db", join(folder, "text.db"), "--chunk-delay", "0");
  expect(stdout).toContain("1  ChatMessageAccepted  user       Explain ordinals");
  expect(stdout).toContain('Snapshot of session "demo" at ordinal 6');
  expect(stdout).toContain("assistant  finished   Answer: Explain ordinals");
  expect(stdout).toContain("Another process found the same snapshot");
});

test.each([
  [["--nonsense"], "Unknown option '--nonsense'"],
  [["--session", "", "--db", ":memory:"], 'session id "" is not usable'],
  [["--snapshot-only", "--db", "/nowhere/chat.db"], 'cannot open SQLite file "/nowhere/chat.db"'],
  [["--db", import.meta.filename], "file is not a database"],
])("bad input %j is refused with what is wrong", async (args, message) => {
  const { code, stderr } = await runDemo(...args);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});
