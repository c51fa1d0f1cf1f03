import type { DescMessage } from "@bufbuild/protobuf";
import { mostRetries } from "@sessionstream/proto/schema-facts";
import { aBoolean, aTime, checkOptions, invalidOption, longestTime, wholeNumber } from "../base/option.js";
import { checkName } from "./name.js";
import { type Payload, type PayloadInit, toPayload } from "./payload.js";

/** A run: long work that survives the process that does it. */
export interface DescRun<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "run";
  readonly name: Name;
  /** The message type of the input. */
  readonly schema: Schema;
  /** How often a failed attempt is tried again. */
  readonly retries: number;
  /** The pause before a failed attempt is tried again, in milliseconds. */
  readonly retryAfter: number;
  /**
   * Makes the start of a run, to be published with events, or to be returned by a decision.
   * The run begins once that is committed.
   * @throws PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or INVALID_OPTION.
   */
  start(input: PayloadInit<Schema>, options?: RunStartOptions): RunStart<DescRun<Name, Schema>>;
}

/** How a run is started. */
export interface RunStartOptions {
  /**
   * Names the run in its session: 1 to 255 visible ASCII characters. A run that was started is not
   * started again under its id. The default is random.
   */
  readonly id?: string;
  /** When the run begins at the earliest, in milliseconds since the Unix epoch. The default is at once. */
  readonly at?: number;
  /** Whether the run goes on if the run that starts it is cancelled. The default is false. */
  readonly detached?: boolean;
}

/** The start of a run that is not published yet, and checked. Made with `start` of its descriptor. */
export class RunStart<D extends DescRun = DescRun> {
  readonly desc: D;
  readonly input: Payload<D["schema"]>;
  readonly id: string;
  readonly at: number | undefined;
  readonly detached: boolean;

  constructor(desc: D, input: Payload<D["schema"]>, { id, at, detached = false }: RunStartOptions) {
    this.desc = desc;
    this.input = input;
    this.id = id ?? crypto.randomUUID();
    this.at = at;
    this.detached = detached;
  }
}

/**
 * Describes a run.
 * @throws INVALID_NAME, or INVALID_OPTION for retries that are not a whole number from 0 to 1000.
 *
 * @example
 * ```ts
 * const Inference = run("ChatInference", InferenceRunSchema, { retries: 3, retryAfter: 5_000 });
 * ```
 */
export function run<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
  options: { readonly retries?: number; readonly retryAfter?: number } = {},
): DescRun<Name, Schema> {
  checkName("run", name);
  checkOptions(`run "${name}"`, options, { retries: wholeNumber(0, mostRetries), retryAfter: aPause });
  const { retries = 0, retryAfter = 1000 } = options;
  const desc: DescRun<Name, Schema> = {
    kind: "run",
    name,
    schema,
    retries,
    retryAfter,
    start(input, options = {}) {
      const what = `start of run "${name}"`;
      checkOptions(what, options, { at: aTime, detached: aBoolean });
      if (options.id !== undefined) checkRunId(options.id);
      return new RunStart(desc, toPayload(schema, input, what, { name }), options);
    },
  };
  return desc;
}

/** @throws INVALID_OPTION for an id that no run has. */
export function checkRunId(id: string): void {
  if (typeof id === "string" && /^[!-~]{1,255}$/.test(id)) return;
  throw invalidOption("run", "id", id, "1 to 255 visible ASCII characters");
}

const aPause = wholeNumber(0, longestTime);
