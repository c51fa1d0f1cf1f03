import { toBinary } from "@bufbuild/protobuf";
import type { DescCommand, DescEvent } from "../schema/descriptors.js";
import { type Payload, type PayloadInit, toPayload } from "../schema/payload.js";
import type { CommandContext, Publish, Published } from "./feature.js";
import type { HubCore } from "./hub-core.js";
import { KeyedWork } from "./keyed-work.js";
import { Lane } from "./lane.js";
import type { Submission } from "./publication.js";
import { Runs } from "./runs.js";
import type { Session, SessionInfo } from "./session.js";
import type { Submitted } from "./session-client.js";

/** A session that is in memory: its lane, its handlers and its runs. */
export class LiveSession {
  readonly lane: Lane;
  readonly runs: Runs;
  readonly #core: HubCore;
  readonly #keyed: KeyedWork;
  readonly #handling = new Set<Promise<unknown>>();
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
    const payload = toPayload(schema, init, `event "${name}"`, { sessionId: this.lane.id, name });
    // As it is now, whatever the caller does with what it gave.
    const kept = payload as PayloadInit<D["schema"]>;
    const publish = (submission: Submission) => this.publish(desc, kept, submission);
    return this.#track(() => this.#keyed.once(key, `event ${name}`, toBinary(schema, payload), publish));
  }

  /**
   * Runs a command's handler to its end, and waits until all that it published
   * is durable, whether it waited for that itself or not. Under a key, once.
   */
  handle(
    { name }: DescCommand,
    payload: Payload<DescCommand["schema"]>,
    { key, signal }: { readonly key: string | undefined; readonly signal: AbortSignal },
    handler: (context: CommandContext) => void | Promise<void>,
  ): Promise<Submitted> {
    const work = async (submission?: Submission): Promise<Submitted> => {
      if (this.#core.openers.length > 0) await this.open();
      const { info, ordinal } = await this.lane.status();
      signal.throwIfAborted();
      const last = await this.#publishing(
        info,
        (publish) =>
          handler({
            name,
            payload,
            session: this.#session(info),
            signal,
            publish,
            run: (id, task, options) => this.runs.start(id, task, options),
          }),
        submission,
      );
      return { ordinal: last ?? ordinal };
    };
    return this.#track(() => {
      if (key === undefined) return work();
      const { schema } = this.#core.registry.command(name);
      return this.#keyed.once(key, `command ${name}`, toBinary(schema, payload), work);
    });
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
   * where it fails.
   * Resolves to the last ordinal that it published before it returned.
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
          if (own && (last === undefined || done.ordinal > last)) last = done.ordinal;
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
