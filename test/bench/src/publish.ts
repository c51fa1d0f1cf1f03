import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub, type Store } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import type { SessionBatch } from "@sessionstream/runtime/store";
import { BenchDelta } from "./gen/bench/v1/stream_sessionstream.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";
import { delta } from "./payloads.js";
import { type AppendAll, loadEmmett } from "./publish-emmett.js";
import { type Group, openFloor } from "./publish-floor.js";
import { streaming } from "./streaming.js";

/** How many rounds count. */
const counted = 7;

/** emmett-sqlite is slower by so much that fewer events tell its speed. */
const peerEvents = 400;

/**
 * Durable publishing through the whole path, against the same rows written by
 * better-sqlite3 alone, in groups of the sizes that the path made of them, and
 * against emmett-sqlite, which appends events and makes no timeline of them.
 */
export async function publish(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  try {
    const peer = await loadEmmett();
    if (peer === undefined) console.error("emmett-sqlite is not installed: test/bench/src/publish-emmett.ts says how");
    await against(report, folder, "awaited, 1 session", 1, 2000, true, peer);
    await against(report, folder, "streaming, 1 session", 1, 20_000, false);
    await against(report, folder, "streaming, 16 sessions", 16, 20_000, false, peer);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function against(
  report: Report,
  folder: string,
  name: string,
  sessions: number,
  events: number,
  awaited: boolean,
  peer?: AppendAll,
): Promise<void> {
  let files = 0;
  let groups: Group[] = [];
  const ours: Round = async () => {
    groups = [];
    const store = recording(sqliteStore(join(folder, `ours-${name}-${files++}.db`)), groups);
    const hub = new Hub({ features: [feature], store });
    await Promise.all(sessionIds(sessions).map((id) => hub.session(id)));
    const seconds = await timed(() => publishAll(hub, sessions, events, awaited));
    await hub.close();
    return events / seconds;
  };
  // Runs after ours in each round, and so writes the groups of that round.
  const floor: Round = async () => {
    const write = openFloor(join(folder, `floor-${name}-${files++}.db`), sessionIds(sessions));
    const seconds = await timed(async () => {
      for (const group of groups) write.commit(group);
    });
    write.close();
    return events / seconds;
  };
  const rounds = new Map([
    ["ours", ours],
    ["raw better-sqlite3", floor],
  ]);
  if (peer !== undefined) {
    rounds.set("emmett-sqlite", async () => {
      const path = join(folder, `peer-${name}-${files++}.db`);
      return peerEvents / (await timed(() => peer(path, sessions, peerEvents)));
    });
  }
  const figures = await interleave(rounds, counted);
  const [own = [], ...others] = figures.values();
  for (const [index, theirs] of others.entries()) {
    const vs = [...figures.keys()][index + 1] ?? "";
    report(toRow("publish", `${name}: ${vs}`, "events/s", theirs));
    report(toRow("publish", name, "events/s", own, { name: vs, figures: theirs }));
  }
}

const feature = streaming();

async function publishAll(hub: Hub, sessions: number, events: number, awaited: boolean): Promise<void> {
  const ids = sessionIds(sessions);
  const publishing: Promise<unknown>[] = [];
  for (let i = 0; i < events; i++) {
    const published = hub.publish(ids[i % sessions] ?? "", BenchDelta, delta(i, `message-${i % 10}`));
    if (awaited) await published;
    else publishing.push(published);
  }
  await Promise.all(publishing);
}

/** A store that also notes what each commit wrote. */
function recording(store: Store, groups: Group[]): Store {
  const note = ({ sessionId, events }: SessionBatch) => ({ sessionId, events: events.length });
  const commit: Store["commit"] = (batches) => {
    groups.push(batches.map(note));
    return store.commit(batches);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "commit") return commit;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

function sessionIds(sessions: number): string[] {
  return Array.from({ length: sessions }, (_, index) => `session-${index}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
