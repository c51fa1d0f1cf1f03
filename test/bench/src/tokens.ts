import { statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import Database from "better-sqlite3";
import { BenchDelta, BenchMessage, benchFeature } from "./gen/bench/v1/stream_sessionstream.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";

const rounds = 3;
const token = "token";
const lengths = [1_000, 10_000];

/**
 * The bytes that a streamed answer writes to an SQLite file, its entity being the whole answer
 * so far, against the same event rows in the same groups by better-sqlite3 alone: without
 * anything else, and with the row of the session that says how far the log has come.
 *
 * Counted are the bytes of the write-ahead log, to which each commit adds the pages that it
 * changed. A reader keeps it from being begun again, so its size is all that was written. That
 * checkpoints copy the last state of each page into the file later is left out, of both.
 * Nothing waits for the disk, which changes the time and not the bytes.
 */
export async function tokens(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  try {
    for (const [name, atOnce] of [
      ["each awaited", 1],
      ["50 to one", 50],
    ] as const) {
      const figures: (readonly number[])[] = [];
      for (const count of lengths)
        figures.push(await against(report, folder, `${count} tokens, ${name}`, count, atOnce));
      const [short = [], long = []] = figures;
      const growth = long.map((bytes, round) => bytes / (short[round] ?? Number.NaN));
      report(toRow("tokens", `${name}: 10 times the tokens`, "times the bytes", growth));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function against(
  report: Report,
  folder: string,
  name: string,
  count: number,
  atOnce: number,
): Promise<readonly number[]> {
  let files = 0;
  const newFile = (of: string) => join(folder, `${of}-${count}-${atOnce}-${files++}.db`);
  let last = "";
  const ours: Round = async () => {
    last = newFile("ours");
    const hub = new Hub({ features: [feature], store: sqliteStore(last, { synchronous: "normal" }) });
    const written = countWritten(last);
    for (let sent = 0; sent < count; sent += atOnce) {
      await hub.publish("s", BenchDelta, { messageId: "answer", chunk: token.repeat(atOnce) });
    }
    // What is stored with the closing counts too.
    await hub.close();
    return written();
  };
  // They run after ours in each round, and write the rows of that round.
  const figures = await interleave(
    new Map([
      ["ours", ours],
      ["events", () => writeRows(last, newFile("events"), false)],
      ["log", () => writeRows(last, newFile("log"), true)],
    ]),
    rounds,
  );
  const own = figures.get("ours") ?? [];
  for (const [of, words] of [
    ["events", "raw better-sqlite3, event rows"],
    ["log", "raw better-sqlite3, event rows and the session's"],
  ] as const) {
    const floor = figures.get(of) ?? [];
    report(toRow("tokens", `${name}: ${words}`, "MB", floor));
    report(toRow("tokens", name, "MB", own, { name: words, figures: floor }));
  }
  return own;
}

/** Writes the events of one file into another one, in the same commits, and counts the bytes. */
async function writeRows(from: string, to: string, withSession: boolean): Promise<number> {
  const source = new Database(from, { readonly: true });
  const events = source.prepare<[], Record<string, unknown>>("SELECT * FROM event ORDER BY rowid").all();
  const session = source.prepare<[], Record<string, unknown>>("SELECT * FROM session").get();
  source.close();
  // The same tables.
  await sqliteStore(to).close();
  const database = new Database(to);
  database.pragma("synchronous = normal");
  const insert = (table: string, row: Record<string, unknown> = {}) => {
    const columns = Object.keys(row);
    return database.prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.map((column) => `@${column}`)})`);
  };
  insert("session", session).run(session);
  const insertEvent = insert("event", events[0]);
  const update = database.prepare("UPDATE session SET revision = revision + 1, ordinal = ? WHERE id = ?");
  const written = countWritten(to);
  database.exec("BEGIN IMMEDIATE");
  for (const event of events) {
    insertEvent.run(event);
    // The last one of a commit.
    if (event.batch === null) continue;
    if (withSession) update.run(event.ordinal, event.session);
    database.exec("COMMIT");
    database.exec("BEGIN IMMEDIATE");
  }
  database.exec("COMMIT");
  database.close();
  return written();
}

/** Counts from now on what is written to a file, in MB, until the returned function is called, once. */
function countWritten(path: string): () => number {
  const reader = new Database(path);
  reader.pragma("wal_checkpoint(TRUNCATE)");
  reader.exec("BEGIN; SELECT count(*) FROM session");
  return () => {
    const { size } = statSync(`${path}-wal`);
    reader.close();
    return size / 1e6;
  };
}

const feature = benchFeature({
  handlers: { stream() {} },
  ui: { delta: () => [] },
  timeline: {
    delta({ payload: { messageId, chunk } }, view) {
      const message = view.get(BenchMessage, messageId);
      const text = (message?.lastChunk ?? "") + chunk;
      return [BenchMessage.put({ messageId, pieces: (message?.pieces ?? 0) + 1, lastChunk: text })];
    },
  },
});
