import type { BackendEvent } from "../../../hub/feature/backend-event.js";
import type { RunInfo } from "../../../hub/feature/run-info.js";
import type { SchemaRegistry } from "../../../schema/registry.js";
import type { SessionBatch } from "../../../store/batch.js";
import { type Done, showDone } from "./done.js";
import type { EffectCall } from "./effect-call.js";

/** What an attempt of a run did: it published an event, started a run, or had an effect outside. */
interface Deed {
  readonly run: string;
  readonly attempt: number;
  readonly event?: bigint;
  readonly start?: string;
  readonly call?: EffectCall;
}

/** What the runs of a session did, attempt by attempt. */
export class Deeds {
  readonly #sessionId: string;
  /** The attempt of each run, by its id. */
  readonly #attempts = new Map<string, number>();
  readonly #deeds: Deed[] = [];

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** The events of a batch are of the attempts before it: the next ones begin once it is durable. */
  committed({ sessionId, events, runs }: SessionBatch): void {
    if (sessionId !== this.#sessionId) return;
    for (const { ordinal, meta } of events) this.#add(meta?.run, { event: ordinal });
    for (const { isStart, run } of runs) {
      // What is started again under its id is not started twice.
      if (isStart && this.#attempts.has(run.id)) continue;
      if (isStart) this.#add(run.startedBy.run, { start: run.id });
      this.#attempts.set(run.id, run.attempt);
    }
  }

  called(call: EffectCall): void {
    const { run, attempt } = call;
    if (run !== undefined && attempt !== undefined) this.#deeds.push({ run, attempt, call });
  }

  /** What more than one attempt of a run did, each once. */
  repeated(registry: SchemaRegistry, events: readonly BackendEvent[], runs: readonly RunInfo[]): readonly Done[] {
    const byOrdinal = new Map(events.map((event) => [event.ordinal, event]));
    const byId = new Map(runs.map((run) => [run.id, run]));
    /** The first attempt that did it; undefined once that is told. */
    const first = new Map<string, number | undefined>();
    return this.#deeds.flatMap(({ run, attempt, event, start, call }) => {
      const done = call ?? (start === undefined ? byOrdinal.get(event ?? 0n) : byId.get(start));
      if (done === undefined) return [];
      const key = JSON.stringify([run, showDone(registry, done)]);
      const before = first.get(key);
      if (!first.has(key)) first.set(key, attempt);
      if (before === undefined || before === attempt) return [];
      first.set(key, undefined);
      return [done];
    });
  }

  #add(run: string | undefined, deed: Omit<Deed, "run" | "attempt">): void {
    if (run !== undefined) this.#deeds.push({ run, attempt: this.#attempts.get(run) ?? 0, ...deed });
  }
}
