import { existsSync } from "node:fs";
import { fromBinary } from "@bufbuild/protobuf";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect } from "vitest";
import { NoteAppendedEventSchema } from "../fixtures/gen/lab/v1/lab_pb.js";
import { readAll } from "../fixtures/stores.js";
import { momentOf, runAndKill } from "./kill.js";

/**
 * Law 8: kills children that submit the same commands under the same keys, and
 * checks that each command's events are there once. Returns how many commands
 * were done, and how many were interrupted half way.
 */
export async function killCommands(
  file: string,
  kills: number,
  together: number,
  random: () => number,
): Promise<{ done: number; interrupted: number }> {
  const done = new Map<string, bigint>();
  let events = new Map<string, { part: string; ordinal: bigint }[]>();
  for (let kill = 0; kill < kills; kill += together) {
    const children = Array.from({ length: together }, () => runAndKill("commands.mjs", [file], momentOf(random)));
    for (const line of (await Promise.all(children)).flat()) {
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
  return { done: done.size, interrupted };
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
