import { setTimeout } from "node:timers/promises";
import { Client } from "./client.js";
import { Probe } from "./probe.js";
import { Process } from "./processes.js";
import type { Figures } from "./row.js";
import { rowOf } from "./rows.js";
import type { ServerPhase } from "./server.js";

/** How a round is measured. Times are in milliseconds. */
export interface RoundOptions {
  /** 1 for the sizes that rows have, less for a test of the bench. */
  readonly scale: number;
  /** How long the server is idle but for its other users, before it is measured, and while the control is. */
  readonly warmUp: number;
  readonly control: number;
  /** The folder that gets a CPU profile of the server, which begins before the warm-up. */
  readonly profiles?: string;
}

/** The 99th percentile, by nearest rank, and the maximum, in milliseconds. */
export interface Late {
  readonly p99: number;
  readonly max: number;
}

/** What one phase was like: for the user in the server's process, for one who pings, and for the event loop. */
export interface Phase {
  readonly probe: Late;
  readonly ping: Late;
  readonly loop: Late;
}

export interface Round {
  readonly control: Phase;
  readonly work: Phase;
  /** Undefined where the work was abandoned. */
  readonly figures: Figures | undefined;
}

const longest = 6_000;

/**
 * Measures a row once, on a server of its own: first while nothing goes on, then while its work does.
 * @throws an Error if the work fails, or if the server is not heard of any more.
 */
export async function measureRound(name: string, path: string, options: RoundOptions): Promise<Round> {
  const { scale, warmUp, control, profiles } = options;
  const row = rowOf(name);
  const profiling = profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`];
  const [server, port] = await Process.start<number>("server.js", [name, String(scale), path], profiling);
  const running = [server];
  try {
    const [clients] = await Process.start("clients.js", [name, String(scale), String(port)]);
    running.push(clients);
    const pinging = await Client.open(port);
    const pings = new Probe(() => pinging.ping());
    const measure = async <T>(work: () => Promise<T>): Promise<[Phase, T]> => {
      await server.ask("begin");
      pings.begin();
      const done = await work();
      const { waits, loop } = await server.ask<ServerPhase>("end");
      return [{ probe: lateOf(waits), ping: lateOf(pings.end()), loop }, done];
    };
    await measure(() => setTimeout(warmUp));
    const [idle] = await measure(() => setTimeout(control));
    await clients.ask("prepare");
    await server.ask("prepare");
    const [busy, figures] = await measure(() => {
      const done = Promise.all([server.ask<Figures>("work"), clients.ask("work")]);
      return Promise.race([
        done.then(([known]) => known),
        setTimeout(row.longest ?? longest, undefined, { ref: false }),
      ]);
    });
    pinging.close();
    return { control: idle, work: busy, figures };
  } finally {
    await Promise.all(running.map((each) => each.stop()));
  }
}

function lateOf(waits: readonly number[]): Late {
  const sorted = [...waits].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(sorted.length * 0.99) - 1);
  return { p99: sorted[rank] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}
