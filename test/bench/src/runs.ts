import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub, ignore } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { WaitGate, WaitOpened, WaitUntilOpen, waitFeature } from "./gen/bench/v1/wait_sessionstream.js";
import { heapUsed } from "./heap.js";
import { interleave, type Report, toRow } from "./measure.js";

const rounds = 3;
const count = 10_000;
const events = 1_000;

/**
 * What runs that wait cost: 10,000 are started, each in a session of its own, wait for an event,
 * and end. Measured are how fast they start and end, the memory that is left when they have ended, in
 * each further round against the first, and what an event of another session costs while they
 * wait, against a hub without runs. On SQLite, without a wait for the disk.
 */
export async function runs(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  try {
    const waiting = hubOn(join(folder, "waiting.db"));
    const alone = hubOn(join(folder, "alone.db"));
    const started: number[] = [];
    const ended: number[] = [];
    const heaps: number[] = [];
    const costs = new Map<string, number[]>([
      ["waiting", []],
      ["alone", []],
    ]);
    for (let round = 0; round <= rounds; round++) {
      const ids = Array.from({ length: count }, (_, index) => `session-${round}-${index}`);
      started.push(await perSecond(count, () => Promise.all(ids.map((id) => start(waiting, id)))));
      for (const [name, figures] of await interleave(
        new Map([
          ["waiting", () => perSecond(events, () => publishOne(waiting))],
          ["alone", () => perSecond(events, () => publishOne(alone))],
        ]),
        1,
      )) {
        costs.get(name)?.push(...figures);
      }
      ended.push(await perSecond(count, () => endAll(waiting, ids)));
      heaps.push(await heap());
    }
    const [, ...further] = heaps;
    const [first = Number.NaN] = heaps;
    const held = { name: "a hub without runs", figures: costs.get("alone") ?? [] };
    report(toRow("runs", `start ${count} runs in sessions of their own`, "1/s", started.slice(1)));
    report(toRow("runs", "an event wakes a run, and the run ends", "1/s", ended.slice(1)));
    report(toRow("runs", "an event, a hub without runs", "1/s", held.figures));
    report(toRow("runs", `an event, while ${count} runs wait`, "1/s", costs.get("waiting") ?? [], held));
    report(toRow("runs", `memory after ${count} runs`, "MB", [first]));
    report(
      toRow("runs", `memory after each ${count} runs more`, "MB", further, {
        name: `memory after ${count} runs`,
        figures: further.map(() => first),
      }),
    );
    await waiting.close();
    await alone.close();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function start(hub: Hub, id: string): Promise<void> {
  await hub.start(id, WaitUntilOpen, { gateId: "gate" }, { id: "run" });
}

/** Publishes what runs wait for, and waits until all have ended. */
async function endAll(hub: Hub, ids: readonly string[]): Promise<void> {
  const before = endedRuns;
  await Promise.all(ids.map((id) => hub.publish(id, WaitOpened, { gateId: "gate" })));
  while (endedRuns < before + ids.length) await new Promise((resolve) => setTimeout(resolve, 5));
}

let endedRuns = 0;

async function publishOne(hub: Hub): Promise<void> {
  for (let i = 0; i < events; i++) await hub.publish("other", WaitOpened, { gateId: "gate" });
}

async function perSecond(works: number, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (works * 1000) / (performance.now() - begun);
}

/** What is in use once all that can go is gone, in MB. */
async function heap(): Promise<number> {
  let used = 0;
  for (let times = 0; times < 3; times++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    used = heapUsed();
  }
  return used / 1e6;
}

function hubOn(path: string): Hub {
  const feature = waitFeature({
    runs: {
      untilOpen: {
        run: async ({ input, waitFor }) => void (await waitFor(WaitGate, input.gateId)),
        ended() {
          endedRuns++;
          return [];
        },
      },
    },
    ui: { opened: ignore },
    timeline: { opened: ({ payload: { gateId } }) => [WaitGate.put({ gateId })] },
  });
  return new Hub({ features: [feature], store: sqliteStore(path, { synchronous: "normal" }) });
}
