import { setImmediate, setTimeout } from "node:timers/promises";
import { type FanoutServer, ourHub, ourTransport, plainWs, preFramedWs, socketIo } from "./fanout-servers.js";
import { startSwarm } from "./fanout-swarm.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";

const clients = 200;
const burst = 640;
const rounds = 4;

const eventsPerSecond = 500;
const paced = 600;
const pacedRounds = 3;

const plain = "ws send";
const servers: ReadonlyMap<string, () => Promise<FanoutServer>> = new Map([
  [plain, plainWs],
  ["ours, hub", ourHub],
  ["ours, transport alone", ourTransport],
  ["ws pre-framed", preFramedWs],
  ["socket.io", socketIo],
]);

/**
 * Frames of 250 bytes to 200 clients in a second process, against `ws` and
 * socket.io: how many arrive in a second when they are sent as fast as it goes,
 * one and sixteen in a turn of the event loop, and how late they are at a
 * fixed rate.
 */
export async function fanout(report: Report): Promise<void> {
  const swarm = startSwarm();
  try {
    for (const perTurn of [1, 16]) {
      const cases = eachServer((server) => deliveriesPerSecond(server, perTurn));
      reportAll(report, `${perTurn} a turn`, "deliveries/s", await interleave(cases, rounds));
    }
    reportAll(report, `p99 at ${eventsPerSecond} events/s`, "ms", await interleave(eachServer(latency), pacedRounds));
  } finally {
    swarm.stop();
  }

  function eachServer(measure: (server: FanoutServer) => Promise<number>): Map<string, Round> {
    return new Map(
      [...servers].map(([name, open]) => [
        name,
        async () => {
          const server = await open();
          try {
            await swarm.connect(server, clients);
            await allReady(server);
            // Snapshots and the like are still on their way.
            await setTimeout(100);
            return await measure(server);
          } finally {
            swarm.close();
            await server.close();
          }
        },
      ]),
    );
  }

  async function deliveriesPerSecond(server: FanoutServer, perTurn: number): Promise<number> {
    const { done } = await swarm.count(burst);
    const start = now();
    for (let index = 0; index < burst; index++) {
      server.send(index);
      if ((index + 1) % perTurn === 0) await setImmediate();
    }
    const arrivals = await done;
    const end = Math.max(...arrivals.map((ofClient) => ofClient.at(-1) ?? Number.NaN));
    return (burst * clients) / ((end - start) / 1000);
  }

  async function latency(server: FanoutServer): Promise<number> {
    const { done } = await swarm.count(paced);
    const start = now();
    const dueAt = (index: number) => start + (index * 1000) / eventsPerSecond;
    for (let index = 0; index < paced; ) {
      while (index < paced && dueAt(index) <= now()) server.send(index++);
      await setTimeout(1);
    }
    const late = (await done).flatMap((ofClient) => Array.from(ofClient, (arrival, index) => arrival - dueAt(index)));
    late.sort((a, b) => a - b);
    return late[Math.floor(late.length * 0.99)] ?? Number.NaN;
  }
}

async function allReady(server: FanoutServer): Promise<void> {
  for (let waited = 0; server.ready() < clients; waited += 5) {
    if (waited > 10_000) throw new Error(`fanout: ${server.ready()} of ${clients} clients are ready after 10 s`);
    await setTimeout(5);
  }
}

function reportAll(report: Report, what: string, unit: string, figures: ReadonlyMap<string, readonly number[]>): void {
  const against = { name: plain, figures: figures.get(plain) ?? [] };
  for (const [name, own] of figures) {
    report(toRow("fanout", `${name}, ${what}`, unit, own, name === plain ? undefined : against));
  }
}

/** Milliseconds on the clock that both processes have. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
