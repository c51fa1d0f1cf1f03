import { type Feature, Hub } from "@sessionstream/runtime";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { BenchAppended, BenchDelta, BenchMessage, benchFeature } from "../gen/bench/v1/stream_sessionstream.js";

/** The session of each file. */
export const sessionId = "large";

/** A session: its events, the entities that they change in turn, and the one at which the timeline stops. */
interface Large {
  readonly events: number;
  readonly entities: number;
  readonly stopsAt?: number;
}

/** The sessions that rows need, each in a file of its own. */
export const fixtures = {
  "events-1000000": { events: 1_000_000, entities: 1_000 },
  "entities-10000": { events: 10_000, entities: 10_000 },
  "entities-20000": { events: 20_000, entities: 20_000 },
  "entities-100000": { events: 100_000, entities: 100_000 },
  "stopped-50000": { events: 51_000, entities: 1_000, stopsAt: 1_000 },
} as const satisfies Record<string, Large>;

export type FixtureName = keyof typeof fixtures;

/** A size at a scale: 1 for the bench, less for a test of the bench. */
export function scaled(size: number, scale: number): number {
  return Math.max(1, Math.round(size * scale));
}

const unfit = "unfit";

/** What the servers serve; its timeline stops at an event with an unfit piece. */
export const feature: Feature = benchFeature({
  handlers: { stream() {} },
  ui: { delta: ({ payload: { messageId, chunk } }) => [BenchAppended.of({ messageId, chunk })] },
  timeline: {
    delta({ payload: { messageId, chunk } }, view) {
      if (chunk === unfit) throw new Error("the piece is unfit");
      const pieces = view.get(BenchMessage, messageId)?.pieces ?? 0;
      return [BenchMessage.put({ messageId, pieces: pieces + 1, lastChunk: chunk })];
    },
  },
});

/** An event of about 70 bytes. */
export function piece(index: number, messageId: string, chunk = "A piece of an answer, as a model gives it. ") {
  return BenchDelta.of({ messageId, chunk, index });
}

/** Has a hub write a file, and checks that what is in it is what was wanted. */
export async function writeFixture(name: FixtureName, scale: number, path: string): Promise<void> {
  const large: Large = fixtures[name];
  const entities = scaled(large.entities, scale);
  const events = scaled(large.events, scale);
  const stopsAt = large.stopsAt === undefined ? undefined : scaled(large.stopsAt, scale);
  const hub = new Hub({
    features: [feature],
    store: sqliteStore(path, { synchronous: "normal" }),
    onError: ({ ordinal, error }) => {
      if (ordinal !== BigInt(stopsAt ?? 0)) throw error;
    },
  });
  const atOnce = 1_000;
  for (let at = 0; at < events; at += atOnce) {
    const drafts = Array.from({ length: Math.min(atOnce, events - at) }, (_, more) => {
      const index = at + more;
      return piece(index, `message-${index % entities}`, index + 1 === stopsAt ? unfit : undefined);
    });
    await hub.publish(sessionId, drafts);
  }
  const { ordinal } = await hub.session(sessionId);
  const snapshot = await hub.snapshot(sessionId);
  await hub.close();
  const folded = stopsAt === undefined ? events : stopsAt - 1;
  const got = `${ordinal} events, ${snapshot.entities.length} entities up to ${snapshot.ordinal}`;
  const want = `${events} events, ${Math.min(entities, folded)} entities up to ${folded}`;
  if (got !== want) throw new Error(`fixture ${name}: got ${got}, want ${want}`);
}
