import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { BenchDelta } from "./gen/bench/v1/stream_sessionstream.js";
import { heapUsed } from "./heap.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";
import { delta } from "./payloads.js";
import { streaming } from "./streaming.js";

const rounds = 7;

/** How many events tell what one costs. */
const events = 2_000;

/** How many are published before they are waited for. */
const atOnce = 500;

/** What grows, and how an event is published that makes it grow. */
interface Growing {
  readonly what: string;
  readonly sizes: readonly number[];
  grow(hub: Hub, index: number): Promise<unknown>;
}

const measured = "measured";

const growing: readonly Growing[] = [
  {
    what: "sessions",
    sizes: [100, 10_000, 100_000],
    grow: (hub, index) => hub.publish(`session-${index}`, BenchDelta, delta(index, "message")),
  },
  {
    what: "events in the session",
    sizes: [100, 10_000, 1_000_000],
    grow: (hub, index) => hub.publish(measured, BenchDelta, delta(index, `message-${index % 10}`)),
  },
  {
    what: "entities in the session",
    sizes: [10, 10_000, 100_000],
    grow: (hub, index) => hub.publish(measured, BenchDelta, delta(index, `message-${index}`)),
  },
];

/**
 * What an event costs, and how much memory a hub takes, where there is much already. The events that are
 * measured change the same ten entities, so that all write equally much. The smallest size is what the
 * others are held against.
 */
export async function sizes(report: Report): Promise<void> {
  for (const each of growing) {
    const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
    try {
      await measure(report, folder, each);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

async function measure(report: Report, folder: string, { what, sizes, grow }: Growing): Promise<void> {
  const hubs = new Map<string, Hub>();
  for (const size of sizes) {
    const before = heapUsed();
    const store = sqliteStore(join(folder, `${size}.db`), { synchronous: "normal" });
    const hub = new Hub({ features: [feature], store });
    await publishAll(size, (index) => grow(hub, index));
    await publishAll(10, (index) => hub.publish(measured, BenchDelta, delta(index, `message-${index}`)));
    hubs.set(`${size}`, hub);
    report(toRow("sizes", `memory, ${size} ${what}`, "MB", [(heapUsed() - before) / 1e6]));
  }
  const cost =
    (hub: Hub): Round =>
    async () => {
      const begun = performance.now();
      await publishAll(events, (index) => hub.publish(measured, BenchDelta, delta(index, `message-${index % 10}`)));
      return ((performance.now() - begun) * 1000) / events;
    };
  const figures = await interleave(new Map([...hubs].map(([size, hub]) => [size, cost(hub)])), rounds);
  for (const hub of hubs.values()) await hub.close();
  const [[smallest = "", least = []] = []] = figures;
  for (const [size, own] of figures) {
    const against = size === smallest ? undefined : { name: `${smallest} ${what}`, figures: least };
    report(toRow("sizes", `an event, ${size} ${what}`, "µs/event", own, against));
  }
}

async function publishAll(count: number, publish: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += atOnce) {
    const size = Math.min(atOnce, count - from);
    await Promise.all(Array.from({ length: size }, (_, index) => publish(from + index)));
  }
}

const feature = streaming();
