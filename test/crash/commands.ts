import { existsSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect } from "vitest";
import { NoteAppendedEventSchema } from "../fixtures/gen/lab/v1/lab_pb.js";
import { readAll } from "../fixtures/stores.js";
import { momentOf, runAndKill } from "./kill.js";

/**
 * Law 8: kills children that submit the same commands under the same keys, and
 * checks that each command's events are there once, and that its handler never ran
 * in two processes at once. Returns how many commands were done, how many were
 * interrupted half way, and how often another process took over what a killed one
 * was at.
 */
export async function killCommands(
  file: string,
  kills: number,
  together: number,
  random: () => number,
): Promise<{ done: number; interrupted: number; takenOver: number }> {
  const done = new Map<string, bigint>();
  const runs: Run[] = [];
  let events = new Map<string, { part: string; ordinal: bigint }[]>();
  for (let kill = 0; kill < kills; kill += together) {
    const children = Array.from({ length: together }, () =>
      runAndKill("crash/commands", [file], momentOf(random, 1500)),
    );
    const outputs = await Promise.all(children);
    runs.push(...outputs.flatMap(runsOf));
    for (const line of outputs.flat()) {
      const [, key, ordinal] = line.match(/^done (\w+) (\d+)$/) ?? [];
      if (key === undefined || ordinal === undefined) continue;
      // Whoever asks again is told the same, unless another process is still at it.
      if (together === 1) expect(done.get(key) ?? BigInt(ordinal), key).toBe(BigInt(ordinal));
      done.set(key, BigInt(ordinal));
    }
    if (!existsSync(file)) continue;
    events = await eventsOf(file);
    for (const [key, parts] of events) {
      const names = parts.map(({ part }) => part).join("");
      expect(names, key).toMatch(/^abc?$/);
      expect(parts[1]?.ordinal, key).toBe((parts[0]?.ordinal ?? 0n) + 1n);
    }
    for (const [key, ordinal] of done) {
      const ordinals = events.get(key)?.map((part) => part.ordinal) ?? [];
      expect(together === 1 ? ordinals.slice(-1) : ordinals, key).toContain(ordinal);
    }
  }
  const interrupted = [...events.values()].filter(({ length }) => length === 2).length;
  return { done: done.size, interrupted, takenOver: checkRuns(runs) };
}

/** A handler that ran, from its beginning to its end, or as far as its process is known to have lived. */
interface Run {
  readonly key: string;
  readonly begin: bigint;
  readonly end: bigint;
  readonly isOver: boolean;
}

/** The handlers of a child. */
function runsOf(lines: readonly string[]): Run[] {
  const told = lines.map((line) => line.split(" ")).filter(([what]) => what === "run" || what === "ran");
  const times = told.map(([what, key = "", time = "0"]) => ({ what, key, time: BigInt(time) }));
  const last = times.at(-1)?.time ?? 0n;
  return times
    .filter(({ what }) => what === "run")
    .map(({ key, time }) => {
      const end = times.find((other) => other.what === "ran" && other.key === key)?.time;
      return { key, begin: time, end: end ?? last, isOver: end !== undefined };
    });
}

/** No handler of a key begins before the one before it is gone, or after one that is over. Returns how often one ran again. */
function checkRuns(runs: readonly Run[]): number {
  const runsBefore = new Map<string, Run>();
  let again = 0;
  for (const run of runs.toSorted((a, b) => (a.begin < b.begin ? -1 : 1))) {
    const before = runsBefore.get(run.key);
    if (before !== undefined) {
      again++;
      expect(before.isOver, `${run.key} was done already`).toBe(false);
      expect(run.begin, `two processes are at ${run.key}`).toBeGreaterThan(before.end);
    }
    runsBefore.set(run.key, run);
  }
  return again;
}

async function eventsOf(file: string): Promise<Map<string, { part: string; ordinal: bigint }[]>> {
  const store = sqliteStore(file);
  const events = new Map<string, { part: string; ordinal: bigint }[]>();
  for (const event of await readAll(store, "s")) {
    const [key = "", part = ""] = fromBinary(NoteAppendedEventSchema, event.payload).text.replace(";", "").split(" ");
    events.set(key, [...(events.get(key) ?? []), { part, ordinal: event.ordinal }]);
  }
  await store.close();
  return events;
}
