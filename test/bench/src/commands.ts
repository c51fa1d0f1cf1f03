import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { BenchDelta, type BenchHandlers, BenchMessage, BenchStream } from "./gen/bench/v1/stream_sessionstream.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";
import { delta } from "./payloads.js";
import { streaming } from "./streaming.js";

type Context = Parameters<BenchHandlers["stream"]>[0];

const rounds = 9;

/**
 * What an idempotency key costs a command, and what it costs to decide rather than to
 * publish, on SQLite with full durability.
 */
export async function commands(report: Report): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  try {
    await keys(report, folder);
    await decisions(report, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Commands that publish one event each, one after the other. */
async function keys(report: Report, folder: string): Promise<void> {
  let made = 0;
  const round = (isKeyed: boolean): Round => {
    const hub = hubOf(join(folder, `keys-${isKeyed}.db`), async ({ publish }) => {
      await publish(BenchDelta, delta(made, `message-${made % 10}`));
    });
    return () =>
      perSecond(2000, async (commands) => {
        for (let i = 0; i < commands; i++) {
          made++;
          await hub.submit("s", BenchStream, {}, isKeyed ? { key: `key-${made}` } : {});
        }
      });
  };
  await against(report, "a command under a key", round(true), "a command", round(false));
}

/** One command that publishes many events: each by itself, or each decided. */
async function decisions(report: Report, folder: string): Promise<void> {
  const events = 10_000;
  const publishing = async ({ publish }: Context, i: number) => {
    await publish(BenchDelta, delta(i, `message-${i % 10}`));
  };
  const deciding = async ({ decide }: Context, i: number) => {
    await decide((view) => {
      const messageId = `message-${i % 10}`;
      const pieces = view.get(BenchMessage, messageId)?.pieces ?? 0;
      return pieces < 0 ? [] : [BenchDelta.of(delta(i, messageId))];
    });
  };
  const round = (name: string, one: typeof publishing, isAwaited: boolean): Round => {
    const count = isAwaited ? events / 5 : events;
    const hub = hubOf(join(folder, `${name}-${isAwaited}.db`), async (context) => {
      const all: Promise<void>[] = [];
      for (let i = 0; i < count; i++) {
        if (isAwaited) await one(context, i);
        else all.push(one(context, i));
      }
      await Promise.all(all);
    });
    return () => perSecond(count, () => hub.submit("s", BenchStream, {}));
  };
  for (const how of ["awaited", "streaming"]) {
    const isAwaited = how === "awaited";
    const decided = round("decided", deciding, isAwaited);
    const published = round("published", publishing, isAwaited);
    await against(report, `decisions, ${how}`, decided, `publish, ${how}`, published);
  }
}

async function against(report: Report, name: string, ours: Round, other: string, theirs: Round): Promise<void> {
  const cases = new Map([
    [name, ours],
    [other, theirs],
  ]);
  const figures = await interleave(cases, rounds);
  const held = { name: other, figures: figures.get(other) ?? [] };
  report(toRow("commands", other, "1/s", held.figures));
  report(toRow("commands", name, "1/s", figures.get(name) ?? [], held));
}

async function perSecond(count: number, work: (count: number) => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work(count);
  return (count * 1000) / (performance.now() - begun);
}

function hubOf(path: string, stream: (context: Context) => Promise<void>): Hub {
  return new Hub({ features: [streaming(stream)], store: sqliteStore(path) });
}
