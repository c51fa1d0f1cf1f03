import { untilAborted } from "../../base/abort.js";
import { isSessionstreamError, messageOf } from "../../base/errors.js";
import { runSpace } from "../../store/rules.js";
import type { RunOutcome, RunWait, StoredRun } from "../../store/stored-run.js";
import type { RunImplementation, RunPublish } from "../feature/run-context.js";
import type { Session } from "../feature/session.js";
import type { ActiveSession } from "../write/active-session.js";
import { namesOf } from "../write/delivery.js";
import type { Content } from "../write/lane/content.js";
import type { Lane } from "../write/lane/lane.js";
import { type RunAttempt, runLost } from "../write/lane/runs.js";
import type { SessionHost } from "../write/lane/session-host.js";
import { enqueue, type Origin, whilePublishing } from "../write/publisher.js";
import { endRun } from "../write/run-end.js";
import { actsOf } from "./acts.js";
import type { Alarms } from "./alarms.js";
import { Coalescing } from "./coalesce.js";
import { codeOf, inputOf, metaOf, storePause } from "./run-facts.js";
import { HeldSlot, type Slots } from "./slots.js";
import { Waits } from "./waits.js";

/** What attempts share. */
export interface AttemptHost {
  readonly host: SessionHost;
  readonly slots: Slots;
  readonly alarms: Alarms;
  /** The attempt works again, or waits, or is over. */
  changed(): void;
}

/** One attempt of a run in this process, from its beginning until it is over: ended, lost or given up. */
export class Attempt {
  readonly run: StoredRun;
  readonly #of: AttemptHost;
  readonly #session: ActiveSession;
  readonly #work: RunImplementation["run"];
  readonly #controller = new AbortController();
  readonly #by: RunAttempt;
  readonly #origin: Origin;
  /** What it waits for, at the same time. */
  readonly #waits = new Set<RunWait>();
  /** How many waits look whether they are over. */
  #looking = 0;
  readonly #slot: HeldSlot;
  #isCalled = false;
  #isStuck = false;
  #hasReturned = false;
  #resolveReturned = () => {};
  /** Resolves when the function of the application has returned, or will not be called. */
  readonly returned = new Promise<void>((resolve) => {
    this.#resolveReturned = resolve;
  });

  constructor(of: AttemptHost, session: ActiveSession, run: StoredRun, work: RunImplementation["run"]) {
    this.#of = of;
    this.#session = session;
    this.run = run;
    this.#work = work;
    this.#slot = new HeldSlot(of.slots, this.#controller.signal);
    const { id, attempt } = run;
    this.#by = { id, owner: of.host.process.id, attempt };
    this.#origin = { run: this.#by, meta: metaOf(run) };
  }

  /** Whether it is over, whatever its function still does. */
  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Whether it works, or is about to. */
  get isBusy(): boolean {
    return !this.#isStuck && (this.#waits.size === 0 || this.#looking > 0);
  }

  get sessionId(): string {
    return this.#session.lane.id;
  }

  get #lane(): Lane {
    return this.#session.lane;
  }

  /** Does the work. Resolves when the attempt is over. */
  async go(): Promise<void> {
    try {
      await this.#pauseAfterFailure();
      await this.#slot.take();
      await untilAborted(this.#do(), this.#controller.signal);
    } catch (thrown) {
      if (!this.isOver) this.#report(thrown);
    } finally {
      this.over(runLost(this.#lane.id, this.run.id, "it has ended"));
    }
  }

  /** Nothing that the attempt still does counts. */
  over(reason: Error): void {
    if (this.isOver) return;
    this.#controller.abort(reason);
    this.#slot.give();
    if (!this.#isCalled) this.#resolveReturned();
    this.#of.changed();
  }

  async #pauseAfterFailure(): Promise<void> {
    const { waitsFor } = this.run;
    if (waitsFor?.for === "time") await this.#waiting().sleepUntil(waitsFor.until);
  }

  #waiting(flush = () => {}): Waits {
    const { alarms, host } = this.#of;
    const pause = (wait: RunWait) => {
      flush();
      return this.#pause(wait);
    };
    const looks = (isLooking: boolean) => {
      this.#looking += isLooking ? 1 : -1;
      this.#of.changed();
    };
    const { signal } = this.#controller;
    return new Waits({ host, lane: this.#lane, alarms, signal, origin: this.#origin, pause, looks });
  }

  /** Gives the slot to others while there is nothing to do. */
  #pause(wait: RunWait): () => Promise<void> {
    // What it notes would make the run this process's again, which has given it up.
    if (this.isOver) return async () => {};
    this.#waits.add(wait);
    this.#noteWait();
    this.#slot.give();
    this.#of.changed();
    return async () => {
      this.#waits.delete(wait);
      if (this.isOver) return;
      this.#noteWait();
      this.#of.changed();
      // Before its work and after it, it needs none.
      if (this.#isCalled && !this.#hasReturned) await this.#slot.take();
    };
  }

  /** For those who list runs. It is of no use to the run itself. */
  #noteWait(): void {
    const waitsFor = [...this.#waits].at(-1);
    this.#change((run) => ({ ...run, waitsFor })).catch((error) => this.#lose(error));
  }

  #change(change: (run: StoredRun) => StoredRun): Promise<unknown> {
    const content: (state: { readonly runs: ReadonlyMap<string, StoredRun> }) => Content = ({ runs }) => {
      const run = runs.get(this.run.id);
      return { events: [], runs: run === undefined ? [] : [change(run)] };
    };
    return enqueue(this.#lane, content, this.#origin);
  }

  async #do(): Promise<void> {
    const { host } = this.#of;
    const { signal } = this.#controller;
    this.#isCalled = true;
    let failure: { readonly error: unknown } | undefined;
    try {
      const input = inputOf(host, this.#lane.id, this.run);
      const session = await this.#seen();
      const keyed = (key: string, content: Content, origin: Origin) => this.#publishOnce(key, content, origin);
      await whilePublishing(
        this.#lane,
        host,
        async (publisher) => {
          const { id, name, startedBy, startedAt, attempt } = this.run;
          const coalescing = new Coalescing(publisher.publish);
          const acts = actsOf(
            publisher,
            this.#waiting(() => coalescing.flush()),
            coalescing,
          );
          try {
            await this.#work({ id, name, input, startedBy, startedAt, attempt, session, signal, ...acts });
          } finally {
            if (this.isOver) coalescing.drop();
            else coalescing.flush();
          }
        },
        { ...this.#origin, keyed },
      );
    } catch (error) {
      failure = { error };
    } finally {
      this.#hasReturned = true;
      this.#resolveReturned();
    }
    if (this.isOver) return;
    // Where it cannot end, as its store fails or its timeline stands, it keeps nobody from working.
    this.#slot.give();
    if (failure === undefined) await this.#end({ status: "completed" });
    else if (!this.#lose(failure.error)) await this.#fail(failure.error);
  }

  /** A store that fails before the work begins is no failure of the run. */
  async #seen(): Promise<Session> {
    let session: Session | undefined;
    await this.#untilDone(async () => {
      session = await this.#session.seen(this.#origin.meta ?? {});
    });
    this.#controller.signal.throwIfAborted();
    return session as Session;
  }

  /** The key belongs to the run: what an attempt before published under it is not published again. */
  #publishOnce(key: string, content: Content, origin: Origin): ReturnType<RunPublish> {
    const request = { space: `${runSpace}${this.run.id}`, key, what: namesOf(content), payload: noPayload };
    return this.#session.keys.publish(request, (claim) => enqueue(this.#lane, content, { ...origin, claim }));
  }

  /** Tries the run again, or lets it fail for good. A store that fails is no failure of the run. */
  async #fail(error: unknown): Promise<void> {
    const { host } = this.#of;
    this.#report(error);
    const { retries, retryAfter } = host.registry.run(this.run.name);
    const failures = this.run.failures + (isSessionstreamError(error, "STORE_FAILED") ? 0 : 1);
    if (failures > retries) {
      await this.#end({ status: "failed", message: messageOf(error), ...codeOf(error) });
      return;
    }
    await this.#untilDone(() => {
      const waitsFor: RunWait = { for: "time", until: host.now() + retryAfter };
      return this.#change((run) => ({ ...run, failures, attempt: run.attempt + 1, waitsFor }));
    });
  }

  async #end(outcome: RunOutcome): Promise<void> {
    const { id } = this.run;
    let isSilent = false;
    await this.#untilDone(
      () => endRun(this.#lane, this.#of.host, { ...this.#origin, id, outcome, isSilent }),
      () => {
        // Otherwise a decision that fails would keep the run from ending for ever.
        const wasSilent = isSilent;
        isSilent = true;
        return !wasSilent;
      },
    );
  }

  /** Does what must be done. Where the store fails, or the timeline has stopped, again and again. */
  async #untilDone(work: () => Promise<unknown>, mend: () => boolean = () => false): Promise<void> {
    while (!this.isOver) {
      try {
        await work();
        return;
      } catch (error) {
        if (this.#lose(error)) return;
        const isStalled = isSessionstreamError(error, "TIMELINE_STALLED");
        if (!isStalled) this.#report(error);
        const isStore = isSessionstreamError(error, "STORE_FAILED") || isSessionstreamError(error, "ORDINAL_CONFLICT");
        if (isStalled || isStore || !mend()) await this.#sleep();
      }
    }
  }

  /** Whether an error says that the attempt has lost its run. */
  #lose(error: unknown): boolean {
    // What is told of another attempt, as one whose publication under the same key was under way, is no loss of this one.
    const isLost =
      isSessionstreamError(error, "RUN_LOST") &&
      error.context.run === this.run.id &&
      error.context.attempt === this.run.attempt;
    if (isLost) this.over(error);
    return isLost || this.isOver;
  }

  #report(error: unknown): void {
    this.#of.host.report({ step: "run", sessionId: this.#lane.id, name: this.run.name, error });
  }

  /** Meanwhile it does nothing: whoever waits for it to rest need not wait for a store or a timeline to be mended. */
  async #sleep(): Promise<void> {
    this.#isStuck = true;
    this.#of.changed();
    await untilAborted(new Promise((resolve) => setTimeout(resolve, storePause)), this.#controller.signal);
    this.#isStuck = false;
  }
}

const noPayload = new Uint8Array();
