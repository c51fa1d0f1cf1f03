import { setImmediate, setTimeout } from "node:timers/promises";
import type { Hub } from "@sessionstream/runtime";
import { WaitOpened, WaitUntilOpen } from "../gen/bench/v1/wait_sessionstream.js";
import { Client } from "./client.js";
import { now } from "./clock.js";
import { type FixtureName, piece, sessionId } from "./fixtures.js";
import { Process } from "./processes.js";

/** What else is to be known of what went on, by name. */
export type Figures = Readonly<Record<string, number>>;

/** What goes on while others are measured. */
export type Work = () => Promise<Figures>;

/** Where a row prepares its work: sizes are smaller in a test of the bench. */
interface Place {
  scaled(size: number): number;
}

export interface InServer extends Place {
  readonly hub: Hub;
  /** Of the server's SQLite file. */
  readonly path: string;
  /** How many runs have ended. */
  endedRuns(): number;
}

export interface ByClients extends Place {
  readonly port: number;
}

/** What goes on while a server's other users are to feel nothing of it. */
export interface StallRow {
  readonly title: string;
  /** The file that it goes on in. Without one, a new file each round. */
  readonly fixture?: FixtureName;
  /** Prepares what goes on in the server's process. */
  readonly inServer?: (place: InServer) => Promise<Work>;
  /** Prepares what clients do, in another process. It is prepared first. */
  readonly byClients?: (place: ByClients) => Promise<Work>;
  /** What the other user in the server's process does. By default, it publishes. */
  readonly probe?: "publish" | "read";
  /** What the figures of the work are at most. */
  readonly limits?: Figures;
  /** After so many milliseconds the measuring ends, and what still goes on is abandoned. By default, 6,000. */
  readonly longest?: number;
}

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

function once(work: () => Promise<unknown>): Work {
  return async () => {
    await work();
    return {};
  };
}

/** Does work again and again for a second, with pauses, so that one can tell what those feel who come at any time. */
function forAWhile(work: () => Promise<unknown>): Work {
  return once(async () => {
    const begun = now();
    do {
      await work();
      await setTimeout(10);
    } while (now() - begun < 1_000);
  });
}

async function publishOne(hub: Hub, id: string): Promise<void> {
  await hub.publish(id, [piece(0, "message-0")]);
}

async function getSnapshot(port: number, query: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/sessions/${sessionId}/snapshot${query}`);
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  await response.arrayBuffer();
}

async function subscribeOnce(port: number, how?: Parameters<Client["subscribe"]>[1]): Promise<Client["has"]> {
  const client = await Client.open(port);
  try {
    await client.subscribe(sessionId, how);
    return client.has;
  } finally {
    client.close();
  }
}

/** Calls for each id, a few in a turn of the event loop, as they would come in from outside. */
async function inTurns<T>(ids: readonly string[], each: (id: string) => Promise<T>): Promise<readonly T[]> {
  const all: Promise<T>[] = [];
  for (const [index, id] of ids.entries()) {
    all.push(each(id));
    if (index % 50 === 49) await setImmediate();
  }
  return Promise.all(all);
}

/** Does work with so many sessions and then with twice as many. Tells how much longer each takes of the second. */
async function growing(count: number, work: (ids: readonly string[]) => Promise<void>): Promise<Work> {
  const perSession = async (name: string, size: number) => {
    const ids = Array.from({ length: size }, (_, index) => `${name}-${index}`);
    const begun = now();
    await work(ids);
    return (now() - begun) / size;
  };
  // So that the first are not slower because they are the first.
  await perSession("early", Math.ceil(count / 4));
  return async () => {
    const some = await perSession("some", count);
    const twice = await perSession("twice", 2 * count);
    return { growth: twice / some };
  };
}

async function publishWhileLocked({ hub, path, scaled }: InServer): Promise<Work> {
  const [locker] = await Process.start("locker.js", [path]);
  return async () => {
    await locker.ask("hold");
    const until = now() + scaled(20_000);
    let refused = 0;
    let durableAt = 0;
    const publishTo = async (id: string) => {
      try {
        await publishOne(hub, id);
        durableAt = now();
      } catch {
        refused++;
      }
    };
    const published: Promise<void>[] = [];
    while (now() < until) {
      published.push(...["first", "second", "third"].map(publishTo));
      await setTimeout(50);
    }
    const releasedAt = await locker.ask<number>("release");
    await Promise.all(published);
    await locker.stop();
    return { "refused publishes": refused, "durable after, ms": durableAt - releasedAt };
  };
}

/** Events gather while another process has the file, and are committed when it lets go of it. */
async function groupCommit({ hub, path, scaled }: InServer): Promise<Work> {
  const [locker] = await Process.start("locker.js", [path]);
  await locker.ask("hold");
  const published: Promise<unknown>[] = [];
  for (let session = 0; session < scaled(400); session++) {
    const events = Array.from({ length: 256 }, (_, index) => piece(index, `message-${index % 10}`));
    published.push(hub.publish(`session-${session}`, events));
    await setImmediate();
  }
  return once(async () => {
    await locker.ask("release");
    await Promise.all(published);
    await locker.stop();
  });
}
