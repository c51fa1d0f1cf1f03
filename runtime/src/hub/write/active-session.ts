import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { untilAborted, whenAborted } from "../../base/abort.js";
import type { DescCommand, DescEvent } from "../../schema/descriptors.js";
import { type Payload, type PayloadInit, toPayload } from "../../schema/payload.js";
import type { SubmitOptions, Submitted } from "../../session/session-client.js";
import type { Session, SessionInfo } from "../../session/session-info.js";
import type { CommandContext, Publish, Published } from "../feature/feature.js";
import { KeyedWork } from "./keys.js";
import { Lane } from "./lane.js";
import type { HubCore } from "./lane-host.js";
import type { Submission } from "./publication.js";
import { Runs } from "./runs.js";

/** A session that is in memory: its lane, its handlers and its runs. */
export class LiveSession {
  readonly lane: Lane;
  readonly runs: Runs;
  readonly #core: HubCore;
  readonly #keyed: KeyedWork;
  readonly #handling = new Set<Promise<unknown>>();
  /** Of handlers, and of those who wait for one under a key. */
  readonly #controllers = new Set<AbortController>();
  #abortReason: Error | undefined;
  #opened: Promise<void> | undefined;

  constructor(id: string, core: HubCore) {
    this.#core = core;
    this.lane = new Lane(id, core);
    this.#keyed = new KeyedWork(this.lane, core.store);
    this.runs = new Runs(id, (name, error) => core.report({ step: "run", sessionId: id, name, error }));
  }

  get isIdle(): boolean {
    return this.lane.isIdle && this.#handling.size === 0 && this.runs.ids.length === 0;
  }

  /** Aborts handlers, runs, and those that are still to begin. */
  abort(reason: Error): void {
    this.#abortReason = reason;
    this.runs.abortAll(reason);
    for (const controller of this.#controllers) controller.abort(reason);
  }

  /** Resolves when no handler and no run is going on. */
  async idle(): Promise<void> {
    while (this.#handling.size > 0 || this.runs.ids.length > 0) {
      await Promise.allSettled(this.#handling);
      await this.runs.idle();
    }
  }

  /** Checks the payload, encodes it as it is now, and hands it to the lane. */
  publish<D extends DescEvent>(desc: D, init: PayloadInit<D["schema"]>, submission?: Submission): Promise<Published> {
    return new Promise((resolve, reject) => {
      const { name } = desc;
      const { schema, version } = this.#core.registry.event(name);
      const payload = toPayload(schema, init, `event "${name}"`, { sessionId: this.lane.id, name });
      const encoded = toBinary(schema, payload);
      this.lane.publish({ name, version, payload, type: schema.typeName, encoded, submission, resolve, reject });
    });
  }

  /** Publishes an event once for a key. */
  async publishOnce<D extends DescEvent>(key: string, desc: D, init: PayloadInit<D["schema"]>): Promise<Published> {
    const { name } = desc;
    const { schema } = this.#core.registry.event(name);
    const encoded = toBinary(schema, toPayload(schema, init, `event "${name}"`, { sessionId: this.lane.id, name }));
    // As it is now, whatever the caller does with what it gave.
    const kept = fromBinary(schema, encoded) as PayloadInit<D["schema"]>;
    const publish = (submission: Submission) => this.publish(desc, kept, submission);
    return this.#track(() => this.#keyed.once(key, `event ${name}`, encoded, publish));
  }

  /**
   * Runs a command's handler to its end, and waits until all that it published
   * is durable, whether it waited for that itself or not. Under a key, once.
   */
  handle(
    { name }: DescCommand,
    payload: Payload<DescCommand["schema"]>,
    { key, signal }: SubmitOptions,
    handler: (context: CommandContext) => void | Promise<void>,
  ): Promise<Submitted> {
    const work = async (signal: AbortSignal, submission?: Submission): Promise<Submitted> => {
      if (this.#core.openers.length > 0) await this.open();
      const { info, ordinal } = await this.lane.status();
      signal.throwIfAborted();
      const last = await this.#publishing(
        info,
        (publish) =>
          handler({
            name,
            key,
            payload,
            session: this.#session(info),
            signal,
            publish,
            run: (id, task, options) => {
              this.runs.start(id, submission === undefined ? task : onceClaimed(submission, task), options);
              if (this.#abortReason !== undefined) this.runs.abort(id, this.#abortReason);
            },
          }),
        submission,
      );
      return { ordinal: last ?? ordinal };
    };
    if (key === undefined) return this.#track(() => this.#abortable(signal, work));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { schema } = this.#core.registry.command(name);
    const outcome = this.#track(() =>
      this.#keyed.once(key, `command ${name}`, toBinary(schema, payload), (submission) =>
        this.#abortable(undefined, (signal) => work(signal, submission)),
      ),
    );
    // Others may wait for the same outcome: whoever gives up ends his own wait.
    return this.#abortable(signal, (signal) => untilAborted(outcome, signal));
  }

  /** Gives work a signal that is aborted with the caller's, if there is one, and by `abort`. */
  async #abortable<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const stop = signal && whenAborted(signal, (reason) => controller.abort(reason));
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason);
    this.#controllers.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#controllers.delete(controller);
      stop?.();
    }
  }

  /** Tells the features, once, that the session is in memory. */
  open(): Promise<void> {
    this.#opened ??= this.#track(() => this.#open());
    return this.#opened;
  }

  async #open(): Promise<void> {
    for (const opened of this.#core.openers) {
      try {
        const { info, view } = await this.lane.status();
        await this.#publishing(info, (publish) => opened({ session: this.#session(info), view, publish }));
      } catch (error) {
        this.#core.report({ step: "opened", sessionId: this.lane.id, error });
      }
    }
  }

  async #track<T>(work: () => Promise<T>): Promise<T> {
    const working = work();
    this.#handling.add(working);
    try {
      return await working;
    } finally {
      this.#handling.delete(working);
    }
  }

  /**
   * Gives work a publisher, and waits for it and for all that it published, also
   * where it fails. Resolves to the last ordinal that it published before it
   * returned.
   */
  async #publishing(
    info: SessionInfo,
    work: (publish: Publish) => void | Promise<void>,
    submission?: Submission,
  ): Promise<bigint | undefined> {
    const publishing: Promise<Published>[] = [];
    let returned = false;
    let handled = false;
    let last: bigint | undefined;
    const publish: Publish = (event, init) => {
      // What runs publish once the handler returned is not the handler's any more.
      const own = !returned;
      const published = this.publish(event, init, own ? submission : undefined);
      if (own) publishing.push(published);
      // Whoever does not wait for the outcome must not end the process by it.
      published.then(
        (done) => {
          if (own) last = done.ordinal;
        },
        (error: unknown) => {
          if (!own || handled) this.#core.report({ step: "publish", sessionId: info.id, name: event.name, error });
        },
      );
      return published;
    };
    try {
      await work(publish);
    } catch (thrown) {
      // The caller hears of this; of what is refused besides, nobody would.
      returned = handled = true;
      await Promise.allSettled(publishing);
      throw thrown;
    }
    returned = true;
    const outcomes = await Promise.allSettled(publishing);
    handled = true;
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused !== undefined) throw refused.reason;
    return last;
  }

  #session(info: SessionInfo): Session {
    const { runs } = this;
    return {
      id: info.id,
      metadata: info.metadata,
      get runs() {
        return runs.ids;
      },
      abortRun: (id, reason) => runs.abort(id, reason),
      abortRuns: (reason) => runs.abortAll(reason),
    };
  }
}

/** The task of a run of work under a key. Where another process did that work first, it does not begin. */
function onceClaimed({ claimed }: Submission, task: (signal: AbortSignal) => Promise<void>): typeof task {
  return async (signal) => {
    const isOurs = await claimed.then(
      () => true,
      () => false,
    );
    if (isOurs) await task(signal);
  };
}
