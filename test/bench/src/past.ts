import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import Database from "better-sqlite3";
import { type Report, toRow } from "./measure.js";
import { feature, scaled, sessionId, writeFixture } from "./stalls/fixtures.js";

const events = 1_000_000;
const looks = 60;

/**
 * What a look into the past of a session of 1,000,000 events with 1,000 entities takes, at ordinals all over its log: from
 * its checkpoints, beside the fold from zero in the same run. And what the checkpoints take of the file, beside the log.
 */
export function past(report: Report): Promise<void> {
  return measurePast(report, 1);
}

/** At a scale: 1 for the bench, less for a test of it. */
export async function measurePast(report: Report, scale: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  const [path, without] = [join(folder, "with.db"), join(folder, "without.db")];
  try {
    await writeFixture("events-1000000", scale, path);
    await copyFile(path, without);
    dropCheckpoints(without);
    const zero = await timesOf(
      without,
      true,
      [0.25, 0.5, 0.999].map((share) => ordinalAt(share, scale)),
    );
    const all = Array.from({ length: looks }, (_, look) => ordinalAt((look + 1) / (looks + 1), scale));
    const name = `asOf in ${scaled(events, scale)} events`;
    report(toRow("past", `${name}: folded from zero`, "ms", zero));
    report(toRow("past", `${name}: from checkpoints`, "ms", await timesOf(path, false, all)));
    report(
      toRow(
        "past",
        `${name}: the first look, which leaves checkpoints`,
        "ms",
        await timesOf(without, false, all.slice(-1)),
      ),
    );
    report(toRow("past", `${name}: from the checkpoints that it left`, "ms", await timesOf(without, false, all)));
    for (const [file, made] of [
      [path, "made as the log grew"],
      [without, "left by a look"],
    ] as const) {
      const { log, checkpoints, count } = sizesOf(file);
      const words = `bytes of the log: ${made}, ${count} checkpoints`;
      report(toRow("past", words, "MB", [log]));
      report(toRow("past", `bytes of checkpoints: ${made}`, "MB", [checkpoints], { name: words, figures: [log] }));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function ordinalAt(share: number, scale: number): bigint {
  return BigInt(Math.floor(scaled(events, scale) * share));
}

/** Each look is by a process that has the session in memory. */
async function timesOf(path: string, readonly: boolean, ordinals: readonly bigint[]): Promise<readonly number[]> {
  const hub = new Hub({ features: [feature], store: sqliteStore(path, { readonly, synchronous: "normal" }) });
  await hub.snapshot(sessionId);
  const times: number[] = [];
  for (const asOf of ordinals) {
    const begun = performance.now();
    const snapshot = await hub.snapshot(sessionId, { asOf });
    times.push(performance.now() - begun);
    if (snapshot.ordinal !== asOf) throw new Error(`got a snapshot at ${snapshot.ordinal}, want ${asOf}`);
  }
  await hub.close();
  return times;
}

function dropCheckpoints(path: string): void {
  const database = new Database(path);
  database.exec("DELETE FROM checkpoint_entity; DELETE FROM checkpoint");
  database.close();
}

/** In MB: what the pages hold of the rows, with their indexes. */
function sizesOf(path: string): { readonly log: number; readonly checkpoints: number; readonly count: number } {
  const database = new Database(path, { readonly: true });
  const sizes = new Map(
    database.prepare<[], [string, number]>("SELECT name, sum(pgsize) / 1e6 FROM dbstat GROUP BY name").raw().all(),
  );
  const of = (...names: readonly string[]) => names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  const count = database.prepare<[], number>("SELECT count(*) FROM checkpoint").pluck().get() ?? 0;
  database.close();
  return {
    log: of("event", "events_by_ordinal"),
    checkpoints: of("checkpoint", "checkpoint_entity", "checkpoint_by_ordinal", "checkpoint_entity_by_checkpoint"),
    count,
  };
}
