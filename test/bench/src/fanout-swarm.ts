import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Where clients connect to, and what each sends then. */
export interface Endpoint {
  readonly port: number;
  readonly path: string;
  readonly setup: string;
}

export type SwarmRequest =
  | { readonly connect: Endpoint & { readonly clients: number } }
  | { readonly count: number }
  | { readonly close: true };

export type SwarmReport =
  | { readonly connected: true }
  | { readonly counting: true }
  | { readonly arrivals: readonly Float64Array[] };

/** Many clients in a second process. */
export function startSwarm() {
  const child = fork(fileURLToPath(new URL("./fanout-clients.js", import.meta.url)), { serialization: "advanced" });
  const ask = async (request: SwarmRequest): Promise<SwarmReport> => {
    const answer = once(child, "message", { signal: AbortSignal.timeout(30_000) });
    child.send(request);
    const [report] = await answer;
    return report;
  };
  return {
    async connect({ port, path, setup }: Endpoint, clients: number): Promise<void> {
      await ask({ connect: { port, path, setup, clients } });
    },
    /** Counts frames from now on; what it returns resolves when each client has that many. */
    async count(frames: number): Promise<{ readonly done: Promise<readonly Float64Array[]> }> {
      await ask({ count: frames });
      const done = once(child, "message", { signal: AbortSignal.timeout(30_000) });
      return { done: done.then(([report]) => report.arrivals) };
    },
    close(): void {
      child.send({ close: true });
    },
    stop(): void {
      child.disconnect();
    },
  };
}
