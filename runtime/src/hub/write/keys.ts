import { isSessionstreamError, SessionstreamError } from "../../base/errors.js";
import { sha256 } from "../../base/sha256.js";
import type { StoredRejection } from "../../schema/stored-rejection.js";
import { checkKey } from "../../session/idempotency-key.js";
import type { Identity } from "../../session/identity.js";
import type { Submitted } from "../../session/session-client.js";
import type { ClaimedKey } from "../../store/store.js";
import { toStoreError } from "../../store/store-error.js";
import type { KeyName, KeyOutcome, StoredKey } from "../../store/stored.js";
import { claimKey, nothingPublished } from "./key-claim.js";
import { KeyedWork } from "./lane/keyed-work.js";
import type { SessionHost } from "./lane/session-host.js";
import type { Signals } from "./signals.js";
import { CommandFailure, errorOf } from "./submit-outcome.js";

/** The space of the keys of one client's commands. All that have no identity share one. */
export function clientKeys(identity: Identity): string {
  return `c:${identity?.id ?? ""}`;
}

/** The space of the keys of the server's own `publish`. */
export const serverKeys = "s:";

/** What is asked for under a key. */
export interface KeyedRequest {
  /** Whose key it is. Keys of different spaces never meet. */
  readonly space: string;
  readonly key: string;
  /** `command` or `event`, and the name: with the payload, they tell the same work from other work. */
  readonly what: string;
  readonly payload: Uint8Array;
}

/** What a command does under a key. */
export interface KeyedCommand {
  readonly name: string;
  /** Runs the handler. Rejects with what the command failed with. */
  run(work: KeyedWork): Promise<Submitted>;
  /** What a failure says that is a rejection. */
  rejectionOf(error: unknown): StoredRejection | undefined;
  /** The error of a rejection that was stored. */
  rejected(rejection: StoredRejection): unknown;
}

/** Work that has begun, or is done. */
interface Begun {
  readonly fingerprint: string;
  readonly outcome: Promise<Submitted>;
}

/**
 * The idempotency keys of a session. The work under each is done once: also when it is
 * asked for again while it is being done, after a restart, or by another process.
 */
export class Keys {
  readonly #sessionId: string;
  readonly #host: SessionHost;
  /** Abort those who wait for another process. */
  readonly #signals: Signals;
  readonly #going = new Map<string, Begun>();
  #requests: Promise<unknown> = Promise.resolve();

  constructor(sessionId: string, host: SessionHost, signals: Signals) {
    this.#sessionId = sessionId;
    this.#host = host;
    this.#signals = signals;
  }

  /**
   * Publishes in one commit, with which the key is stored.
   * @throws KEY_REUSED, INVALID_KEY, and what `publish` rejects with.
   */
  publish(request: KeyedRequest, publish: (work: KeyedWork) => Promise<Submitted>): Promise<Submitted> {
    return this.#once(request, async (fingerprint) => {
      const name = this.#nameOf(request);
      const stored = await this.#host.store.key(name);
      if (stored !== undefined) return this.#again(name, fingerprint, stored);
      try {
        return await publish(new KeyedWork(request.space, request.key, fingerprint, undefined, this.#host.now()));
      } catch (error) {
        // Another process may have been faster.
        const faster = await this.#host.store.key(name).catch(() => undefined);
        if (faster === undefined) throw error;
        return this.#again(name, fingerprint, faster);
      }
    });
  }

  /**
   * Runs a command's handler with a claim on the key. A handler that failed before any of
   * its events was durable runs again when it is asked for again. One that was rejected
   * stays rejected.
   * @throws KEY_REUSED, INVALID_KEY, and what the command fails with.
   */
  submit(request: KeyedRequest, command: KeyedCommand): Promise<Submitted> {
    return this.#once(request, async (fingerprint) => {
      const name = this.#nameOf(request);
      for (;;) {
        const claimed = await claimKey(this.#host, name, fingerprint, command.name, this.#signals);
        if ("token" in claimed) {
          const { token, head } = claimed;
          const done = await this.#run(
            name,
            new KeyedWork(name.space, name.key, fingerprint, { token, head }, this.#host.now()),
            command,
          );
          if (done !== undefined) return done;
        } else {
          this.#checkSame(name, fingerprint, claimed.stored);
          const { lastOrdinal, rejection } = claimed.outcome;
          if (rejection !== undefined) throw command.rejected(rejection);
          return { ordinal: lastOrdinal };
        }
      }
    });
  }

  async #once(
    { space, key, what, payload }: KeyedRequest,
    begin: (fingerprint: string) => Promise<Submitted>,
  ): Promise<Submitted> {
    checkKey(key);
    this.#host.keyUsed();
    const going = `${space} ${key}`;
    // One after the other, so that the work begins in the order in which it was asked for.
    const request = this.#requests.then(async () => {
      const fingerprint = `${what} ${await sha256(payload)}`;
      const found = this.#going.get(going);
      if (found === undefined) return this.#begin(going, { fingerprint, outcome: begin(fingerprint) });
      if (found.fingerprint !== fingerprint) throw this.#reused(key);
      return found;
    });
    this.#requests = request.catch(() => {});
    return (await request).outcome;
  }

  #begin(going: string, begun: Begun): Begun {
    this.#going.set(going, begun);
    const done = () => this.#going.delete(going);
    begun.outcome.then(done, done);
    return begun;
  }

  /** Returns undefined where another process took the key over before anything was durable. */
  async #run(name: KeyName, work: KeyedWork, command: KeyedCommand): Promise<Submitted | undefined> {
    const end = this.#host.process.begin();
    const claim = { ...name, token: work.token ?? "" };
    try {
      const submitted = await command.run(work);
      const { ordinal } = submitted;
      if (work.ordinals !== undefined) this.#finish(claim, work.ordinals);
      else await this.#settle(claim, { firstOrdinal: ordinal, lastOrdinal: ordinal });
      return submitted;
    } catch (error) {
      const { ordinals } = work;
      if (ordinals === undefined && isTakenOver(error, name)) return undefined;
      const rejection = command.rejectionOf(error);
      if (rejection !== undefined) await this.#settle(claim, { ...(ordinals ?? nothingPublished), rejection });
      else if (ordinals !== undefined) this.#finish(claim, ordinals);
      // Whoever asks again finds the key free, or finds out that nobody is at work.
      else await this.#host.process.settle(claim, undefined).catch(() => {});
      throw error;
    } finally {
      end();
    }
  }

  /** Whoever hears of work whose events are durable need not wait until the key says that it is done. */
  #finish(claim: ClaimedKey, published: KeyOutcome): void {
    // Its events are durable: to settle it without an outcome says the same.
    this.#host.store.finish(claim, published).catch(() => this.#host.process.settleLater(claim, undefined));
  }

  async #settle(claim: ClaimedKey, outcome: KeyOutcome): Promise<void> {
    await this.#host.process.settle(claim, outcome).catch(failed);
  }

  #again(name: KeyName, fingerprint: string, stored: StoredKey): Submitted {
    this.#checkSame(name, fingerprint, stored);
    return { ordinal: stored.outcome?.lastOrdinal ?? 0n };
  }

  #checkSame({ key }: KeyName, fingerprint: string, stored: StoredKey): void {
    if (stored.fingerprint !== fingerprint) throw this.#reused(key);
  }

  #nameOf({ space, key }: KeyedRequest): KeyName {
    return { sessionId: this.#sessionId, space, key };
  }

  #reused(key: string): SessionstreamError {
    const sessionId = this.#sessionId;
    return new SessionstreamError(
      "KEY_REUSED",
      `idempotency key "${key}" was used for something else in session "${sessionId}": give each command a key of its own`,
      { sessionId, key },
    );
  }
}

/** The handler's turn had come. */
function failed(thrown: unknown): never {
  throw new CommandFailure(toStoreError(thrown));
}

function isTakenOver(thrown: unknown, { key, space }: KeyName): boolean {
  const error = errorOf(thrown);
  return isSessionstreamError(error, "KEY_CLAIMED") && error.context.key === key && error.context.space === space;
}
