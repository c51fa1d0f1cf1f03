import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, fromJsonString } from "@bufbuild/protobuf";
import { SnapshotFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cases, longer } from "../../../test/fixtures/cases.js";
import {
  InferenceFinishedEventSchema,
  InferenceStartedEventSchema,
  TokensDeltaEventSchema,
  UserMessageAcceptedEventSchema,
} from "../src/gen/chat/v1/chat_pb.js";
import { runDemo, startDemo } from "./demo.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "chatdemo-kill-"));
});
afterAll(() => rm(folder, { recursive: true }));

const kills = cases(3).numRuns;

test(
  `killed at any moment ${kills} times, the snapshot is the fold of the events, and a further prompt goes on`,
  async () => {
    const db = join(folder, "chat.db");
    const args = [
      "--db",
      db,
      "--session",
      "s",
      "--json",
      "--chunk-delay",
      "2",
      "--prompt",
      "Explain ordinals ".repeat(40),
    ];
    for (let kill = 0; kill < kills; kill++) {
      const { child, ended } = startDemo(args);
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 120));
      child.kill("SIGKILL");
      const { stdout } = await ended;
      // What was printed was durable first.
      const printed = stdout
        .slice(0, stdout.lastIndexOf("\n") + 1)
        .trim()
        .split("\n")
        .at(-1);
      const events = readEvents(db);
      expect(events.length).toBeGreaterThanOrEqual(Number(JSON.parse(printed ?? "{}").eventOrdinal ?? 0));
      expect(events.map(({ ordinal }) => ordinal)).toEqual(events.map((_, index) => index + 1));
      const found = await snapshotOnly(db);
      expect(found.ordinal).toBe(events.length);
      expect(found.texts).toEqual(fold(events));
    }
    const before = readEvents(db).length;
    const { code, stdout } = await runDemo("--db", db, "--session", "s", "--json", "--chunk-delay", "0");
    expect(code).toBe(0);
    expect(JSON.parse(stdout.split("\n")[0] ?? "").eventOrdinal).toBe(String(before + 1));
    expect((await snapshotOnly(db)).texts).toEqual(fold(readEvents(db)));
  },
  longer(60_000),
);

interface LoggedEvent {
  readonly ordinal: number;
  readonly name: string;
  readonly payload: Buffer;
}

function readEvents(db: string): LoggedEvent[] {
  const database = new Database(db, { readonly: true });
  try {
    return database.prepare<[], LoggedEvent>("SELECT ordinal, name, payload FROM event ORDER BY ordinal").all();
  } finally {
    database.close();
  }
}

/** The texts of the messages, folded here without the code under test. */
function fold(events: readonly LoggedEvent[]): string[] {
  const texts = new Map<string, string>();
  for (const { name, payload } of events) {
    if (name === "ChatUserMessageAccepted") {
      const { messageId, content } = fromBinary(UserMessageAcceptedEventSchema, payload);
      texts.set(messageId, `user 2 ${content}`);
    } else if (name === "ChatInferenceStarted") {
      texts.set(fromBinary(InferenceStartedEventSchema, payload).messageId, "assistant 1 ");
    } else if (name === "ChatTokensDelta") {
      const { messageId, chunk } = fromBinary(TokensDeltaEventSchema, payload);
      texts.set(messageId, (texts.get(messageId) ?? "") + chunk);
    } else if (name === "ChatInferenceFinished") {
      const { messageId } = fromBinary(InferenceFinishedEventSchema, payload);
      texts.set(messageId, (texts.get(messageId) ?? "").replace("assistant 1", "assistant 2"));
    }
  }
  return [...texts.values()];
}

async function snapshotOnly(db: string): Promise<{ ordinal: number; texts: string[] }> {
  const { code, stdout, stderr } = await runDemo("--db", db, "--session", "s", "--json", "--snapshot-only");
  expect([code, stderr]).toEqual([0, ""]);
  // Without a registry the payloads stay as JSON.
  const frame = JSON.parse(stdout) as { snapshotOrdinal?: string; entities?: { payload: Record<string, string> }[] };
  expect(() => fromJsonString(SnapshotFrameSchema, JSON.stringify({ ...frame, entities: [] }))).not.toThrow();
  const statuses: Record<string, number> = { STATUS_STREAMING: 1, STATUS_FINISHED: 2, STATUS_STOPPED: 3 };
  return {
    ordinal: Number(frame.snapshotOrdinal ?? 0),
    texts: (frame.entities ?? []).map(({ payload: { role, status = "", text = "" } }) => {
      return `${role === "ROLE_USER" ? "user" : "assistant"} ${statuses[status]} ${text}`;
    }),
  };
}
