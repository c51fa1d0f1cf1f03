import { setTimeout } from "node:timers/promises";
import { WaitOpened, WaitUntilOpen } from "../gen/bench/v1/wait_sessionstream.js";
import { Client } from "./client.js";
import { piece, sessionId } from "./fixtures.js";
import type { StallRow } from "./row.js";
import {
  forAWhile,
  getSnapshot,
  groupCommit,
  growing,
  inTurns,
  once,
  publishOne,
  publishWhileLocked,
  subscribeOnce,
} from "./works.js";

const gate = { gateId: "gate" };

export const rows: Readonly<Record<string, StallRow>> = {
  rebuild: {
    title: "rebuild of 1,000,000 events",
    fixture: "events-1000000",
    inServer: async ({ hub }) => once(() => hub.rebuild(sessionId)),
  },
  "as-of": {
    title: "snapshot asOf in 1,000,000 events",
    fixture: "events-1000000",
    inServer: async ({ hub, scaled }) => {
      const asOf = BigInt(scaled(900_000));
      return forAWhile(() => hub.snapshot(sessionId, { asOf }));
    },
  },
  "as-of-http": {
    title: "?asOf in 1,000,000 events",
    fixture: "events-1000000",
    byClients: async ({ port, scaled }) => forAWhile(() => getSnapshot(port, `?asOf=${scaled(900_000)}`)),
  },
  hydrate: {
    title: "100 clients hydrate 10,000 entities at once",
    fixture: "entities-10000",
    byClients: async ({ port, scaled }) => {
      const clients = await Promise.all(Array.from({ length: scaled(100) }, () => Client.open(port)));
      return once(() => Promise.all(clients.map((client) => client.subscribe(sessionId))));
    },
  },
  "snapshot-hub": {
    title: "snapshot of 100,000 entities, by hub",
    fixture: "entities-100000",
    inServer: async ({ hub }) => forAWhile(() => hub.snapshot(sessionId)),
  },
  "snapshot-http": {
    title: "snapshot of 100,000 entities, by HTTP",
    fixture: "entities-100000",
    byClients: async ({ port }) => forAWhile(() => getSnapshot(port, "")),
  },
  "snapshot-ws": {
    title: "snapshot of 100,000 entities, by WebSocket",
    fixture: "entities-100000",
    byClients: async ({ port }) => forAWhile(() => subscribeOnce(port)),
  },
  "snapshot-ws-old": {
    title: "the same, for a client that takes no pages",
    fixture: "entities-100000",
    byClients: async ({ port }) => forAWhile(() => subscribeOnce(port, {})),
  },
  "first-publish": {
    title: "first publish after a restart, 100,000 entities",
    fixture: "entities-100000",
    inServer: async ({ hub }) => once(() => publishOne(hub, sessionId)),
  },
  delta: {
    title: "a delta of one entity of 100,000",
    fixture: "entities-100000",
    byClients: async ({ port }) => {
      const client = await Client.open(port);
      await client.subscribe(sessionId);
      const { sinceSnapshotOrdinal, epoch } = client.has;
      client.close();
      return forAWhile(async () => {
        const { isDelta } = await subscribeOnce(port, { resume: true, sinceSnapshotOrdinal, epoch });
        if (!isDelta) throw new Error("got the whole snapshot, want a delta");
      });
    },
    inServer: async ({ hub }) => {
      await publishOne(hub, sessionId);
      return once(async () => {});
    },
  },
  resubscribe: {
    title: "a client subscribes again and again, 20,000 entities",
    fixture: "entities-20000",
    byClients: async ({ port }) => {
      const client = await Client.open(port);
      return once(async () => {
        const times = 100;
        for (let time = 1; time < times; time++) {
          client.send({ subscribe: { sessionId, sinceSnapshotOrdinal: String(time), resume: true } });
          await setTimeout(10);
        }
        await client.subscribe(sessionId, { sinceSnapshotOrdinal: String(times), resume: true });
      });
    },
  },
  locked: {
    title: "another process holds the file for 20 s, 3 sessions publish",
    inServer: publishWhileLocked,
    probe: "read",
    limits: { "refused publishes": 0, "durable after, ms": 200 },
    longest: 30_000,
  },
  sessions: {
    title: "20,000 sessions get an event each",
    inServer: async ({ hub, scaled }) =>
      growing(scaled(10_000), async (ids) => {
        await inTurns(ids, (id) => publishOne(hub, id));
      }),
    limits: { growth: 1.5 },
    longest: 60_000,
  },
  runs: {
    title: "16,000 sessions have a run each, which begins, waits and ends",
    inServer: async ({ hub, scaled, endedRuns }) =>
      growing(scaled(8_000), async (ids) => {
        const before = endedRuns();
        await inTurns(ids, (id) => hub.start(id, WaitUntilOpen, gate, { id: "run" }));
        await inTurns(ids, (id) => hub.publish(id, WaitOpened, gate));
        while (endedRuns() < before + ids.length) await setTimeout(5);
      }),
    limits: { growth: 1.5 },
    longest: 90_000,
  },
  group: {
    title: "a group commit of 400 sessions with 256 events each",
    inServer: groupCommit,
  },
  payload: {
    title: "a payload of 50 MB, which is refused",
    inServer: async ({ hub, scaled }) => {
      // Flat, as it comes from a socket.
      const chunk = Buffer.alloc(scaled(50_000_000), "x").toString("latin1");
      return async () => {
        const accepted = await hub.publish(sessionId, [piece(0, "message", chunk)]).then(
          () => 1,
          () => 0,
        );
        return { accepted };
      };
    },
    limits: { accepted: 0 },
  },
  stopped: {
    title: "clients join a session that stopped 50,000 events ago",
    fixture: "stopped-50000",
    byClients: async ({ port }) => forAWhile(() => subscribeOnce(port)),
  },
};

/** @throws an Error for a name that no row has. */
export function rowOf(name: string): StallRow {
  const row = rows[name];
  if (row === undefined) throw new Error(`got row "${name}", want one of ${Object.keys(rows).join(", ")}`);
  return row;
}
