import { type DescMessage, type JsonValue, toJson } from "@bufbuild/protobuf";
import { untilAborted, whenAborted } from "../../base/abort.js";
import { messageOf, SessionstreamError } from "../../base/errors.js";
import { toHex } from "../../base/hex.js";
import type { DescCommand } from "../../schema/command.js";
import type { FeatureRegistry } from "../../schema/feature-registry.js";
import type { Payload } from "../../schema/payload.js";
import { RejectedError } from "../../schema/rejection.js";
import { checkKey } from "../../session/idempotency-key.js";
import type { SubmitOptions, Submitted } from "../../session/session-client.js";
import { isToldCode, refusalOf } from "../../session/told-errors.js";
import { Timeline } from "../../timeline/timeline.js";
import type { FrameReader } from "../replica/frame-reader.js";
import type { Backoff } from "./backoff.js";

/** How commands are submitted. Times are in milliseconds. */
export interface HttpOptions {
  readonly base: string;
  readonly fetch: typeof fetch;
  /** How long an answer may take; a command is then submitted again. */
  readonly answerTimeout: number;
  /** Whether the server is there, as far as one can tell otherwise. */
  readonly isConnected: () => boolean;
  readonly retryFor: number;
  /** The pauses of one command. */
  readonly backoff: () => Backoff;
}

/** What the server said, or why it said nothing. */
type Answer =
  | { readonly status: number; readonly ok: boolean; readonly body: string }
  | { readonly status?: never; readonly reason: unknown; readonly isLate: boolean };

/** What a call is about: the command has a name. */
interface About {
  readonly sessionId: string;
  readonly name?: string;
}

/** The calls that a client makes by HTTP. */
export class HttpApi {
  readonly #options: HttpOptions;
  readonly #registry: FeatureRegistry;
  readonly #reader: FrameReader;
  readonly #closed = new AbortController();

  constructor(options: HttpOptions, registry: FeatureRegistry, reader: FrameReader) {
    this.#options = { ...options, base: options.base.replace(/\/$/, "") };
    this.#registry = registry;
    this.#reader = reader;
  }

  /**
   * Submits under the key until the server answers.
   * @throws a SessionstreamError with the code that the server gave, a RejectedError if the handler
   * rejected the command, or REQUEST_FAILED.
   */
  async submit(
    sessionId: string,
    command: DescCommand,
    payload: Payload<DescMessage>,
    { key = newKey(), signal }: SubmitOptions,
  ): Promise<Submitted> {
    checkKey(key);
    const init: RequestInit = {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(toJson(command.schema, payload, { registry: this.#registry.protobuf })),
    };
    const url = this.#url(sessionId, `commands/${encodeURIComponent(command.name)}`);
    const answer = await this.#untilAnswered(url, init, signal);
    return this.#read({ sessionId, name: command.name }, `POST ${url}`, answer, (json) => {
      const { ordinal } = json as { ordinal: unknown };
      if (typeof ordinal !== "string" || !/^\d+$/.test(ordinal)) throw new Error("there is no ordinal");
      return { ordinal: BigInt(ordinal) };
    });
  }

  /** @throws like `submit`. */
  async snapshot(sessionId: string): Promise<Timeline> {
    const url = this.#url(sessionId, "snapshot");
    return this.#read({ sessionId }, `GET ${url}`, await this.#call(url, { method: "GET" }), (json) => {
      const { ordinal, entities } = this.#reader.snapshot(json);
      return new Timeline(this.#registry, ordinal, entities);
    });
  }

  /** Nothing is submitted again; what is under way is left to its end. */
  close(): void {
    this.#closed.abort();
  }

  async #untilAnswered(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Answer> {
    const { retryFor, isConnected } = this.#options;
    const backoff = this.#options.backoff();
    const isGivenUp = () => signal?.aborted || this.#closed.signal.aborted;
    let failingSince: number | undefined;
    for (;;) {
      const begun = performance.now();
      const answer = await this.#call(url, init, signal);
      const isUnavailable = answer.status === undefined || unavailable.has(answer.status);
      if (!isUnavailable || isGivenUp()) return answer;
      // A server that is there and says nothing is at work.
      const isAtWork = answer.status === undefined && answer.isLate && isConnected();
      failingSince = isAtWork ? undefined : (failingSince ?? begun);
      const pause = isAtWork ? 0 : backoff.next();
      if (failingSince !== undefined && performance.now() + pause > failingSince + retryFor) return answer;
      await sleep(pause, [this.#closed.signal, ...(signal === undefined ? [] : [signal])]);
      if (isGivenUp()) return answer;
    }
  }

  async #call(url: string, init: RequestInit, signal?: AbortSignal): Promise<Answer> {
    const { fetch, answerTimeout } = this.#options;
    const controller = new AbortController();
    const stop = signal && whenAborted(signal, (reason) => controller.abort(reason));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      controller.abort(new Error(`no answer within ${answerTimeout} ms`));
    }, answerTimeout);
    const call = async (): Promise<Answer> => {
      const response = await fetch(url, { ...init, signal: controller.signal });
      return { status: response.status, ok: response.ok, body: await response.text() };
    };
    try {
      return await untilAborted(call(), controller.signal);
    } catch (reason) {
      return { reason, isLate };
    } finally {
      clearTimeout(timer);
      stop?.();
    }
  }

  #url(sessionId: string, path: string): string {
    // A URL has no such segments, not even percent-encoded.
    if (/^\.{1,2}$/.test(sessionId)) {
      throw new SessionstreamError("INVALID_SESSION", `session id "${sessionId}" cannot be used by HTTP`, {
        sessionId,
      });
    }
    return `${this.#options.base}/sessions/${encodeURIComponent(sessionId)}/${path}`;
  }

  #read<T>(about: About, call: string, answer: Answer, read: (json: JsonValue) => T): T {
    const failed = (reason: string, cause?: unknown) =>
      new SessionstreamError("REQUEST_FAILED", `${call} failed: ${reason}`, { ...about, cause });
    if (answer.status === undefined) throw failed(messageOf(answer.reason), answer.reason);
    const { status, ok, body } = answer;
    try {
      const json = JSON.parse(body) as JsonValue;
      if (ok) return read(json);
      throw this.#refusal(json, about) ?? failed(`the server answered ${status}`);
    } catch (thrown) {
      throw thrown instanceof SessionstreamError
        ? thrown
        : failed(`the server answered ${status}, not as expected`, thrown);
    }
  }

  /** The error that a server of ours gives; REFUSED with the code where a newer server has one that is not known here. */
  #refusal(json: JsonValue, about: About): SessionstreamError | undefined {
    const { code, message, rejection } = (json ?? {}) as Record<string, unknown>;
    if (typeof code !== "string" || typeof message !== "string") return undefined;
    const { code: reason, detail = {} } = (rejection ?? {}) as { code?: unknown; detail?: JsonValue };
    // A server of an earlier release rejects with a message only.
    if (code === "REJECTED" && typeof reason === "string") {
      return new RejectedError({ code: reason, message, detail: this.#reader.any(detail) }, about);
    }
    if (isToldCode(code)) return new SessionstreamError(code, message, about);
    return refusalOf(code, message, about.sessionId);
  }
}

/** What a gateway answers while there is no server behind it, and a server that is closing. */
const unavailable: ReadonlySet<number> = new Set([502, 503, 504]);

/** Not `crypto.randomUUID`, which a page has only over HTTPS. */
function newKey(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** Waits, but not when one of the signals is aborted. */
async function sleep(time: number, signals: readonly AbortSignal[]): Promise<void> {
  const stops: (() => void)[] = [];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, time);
    stops.push(() => clearTimeout(timer), ...signals.map((signal) => whenAborted(signal, () => resolve())));
  });
  for (const stop of stops) stop();
}
