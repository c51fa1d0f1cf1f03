import { setImmediate, setTimeout } from "node:timers/promises";
import type { Hub } from "@sessionstream/runtime";
import { Client } from "./client.js";
import { now } from "./clock.js";
import { piece, sessionId } from "./fixtures.js";
import { Process } from "./processes.js";
import type { InServer, Work } from "./row.js";

export function once(work: () => Promise<unknown>): Work {
  return async () => {
    await work();
    return {};
  };
}

/** Does work again and again for a second, with pauses, so that one can tell what those feel who come at any time. */
export function forAWhile(work: () => Promise<unknown>): Work {
  return once(async () => {
    const begun = now();
    do {
      await work();
      await setTimeout(10);
    } while (now() - begun < 1_000);
  });
}

export async function publishOne(hub: Hub, id: string): Promise<void> {
  await hub.publish(id, [piece(0, "message-0")]);
}

export async function getSnapshot(port: number, query: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/sessions/${sessionId}/snapshot${query}`);
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  await response.arrayBuffer();
}

export async function subscribeOnce(port: number, how?: Parameters<Client["subscribe"]>[1]): Promise<Client["has"]> {
  const client = await Client.open(port);
  try {
    await client.subscribe(sessionId, how);
    return client.has;
  } finally {
    client.close();
  }
}

/** Calls for each id, a few in a turn of the event loop, as they would come in from outside. */
export async function inTurns<T>(ids: readonly string[], each: (id: string) => Promise<T>): Promise<readonly T[]> {
  const all: Promise<T>[] = [];
  for (const [index, id] of ids.entries()) {
    all.push(each(id));
    if (index % 50 === 49) await setImmediate();
  }
  return Promise.all(all);
}

/** Does work with so many sessions and then with twice as many. Tells how much longer each takes of the second. */
export async function growing(count: number, work: (ids: readonly string[]) => Promise<void>): Promise<Work> {
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

/** Three sessions publish while another process has the file, and until it lets go of it. */
export async function publishWhileLocked({ hub, path, scaled }: InServer): Promise<Work> {
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
export async function groupCommit({ hub, path, scaled }: InServer): Promise<Work> {
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
