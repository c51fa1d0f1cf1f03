import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { checkOptions } from "../../base/option.js";
import { aTraceContext } from "../../session/trace-context.js";
import type { EventMeta } from "../../store/event-meta.js";
import type { Published, PublishOptions } from "../feature/command-context.js";
import { type Keys, serverKeys } from "./keys.js";
import type { Content } from "./lane/content.js";
import type { Lane } from "./lane/lane.js";
import type { SessionHost } from "./lane/session-host.js";
import { encodeGiven, enqueue, type Origin, type Publishable } from "./publisher.js";

/** What deliveries to a session need. */
export interface DeliveryWay {
  readonly lane: Lane;
  readonly keys: Keys;
  readonly host: SessionHost;
}

/**
 * Takes what is published without a command: an event, or several together; under a key, once.
 * @throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, PAYLOAD_TOO_LARGE or INVALID_OPTION.
 */
export function deliver(
  { lane, keys, host }: DeliveryWay,
  given: Publishable,
  init: object | undefined,
  options: PublishOptions | undefined,
): Promise<Published> {
  const meta = options && metaOf(options);
  const content = encodeGiven(host, lane.id, given, init);
  const key = options?.key;
  if (key === undefined) return enqueue(lane, content, meta === undefined ? nowhere : { meta });
  const request = { space: serverKeys, key, what: namesOf(content), payload: joined(content) };
  return keys.publish(request, (claim) => enqueue(lane, content, { claim, meta }));
}

/** What is published, without its payloads. */
export function namesOf({ events, starts = [] }: Content): string {
  const runs = starts.map(({ name }) => ` run ${name}`);
  return `event ${events.map(({ name }) => name).join(" ")}${runs.join("")}`;
}

const nowhere: Origin = Object.freeze({});

function metaOf({ cause, trace }: PublishOptions): EventMeta | undefined {
  if (cause === undefined && trace === undefined) return undefined;
  checkOptions("publish", { cause, trace }, { cause: anOrdinal, trace: aTraceContext });
  return { ...(cause !== undefined && { cause }), ...(trace !== undefined && { trace }) };
}

const anOrdinal = {
  words: "the ordinal of an event: a bigint from 1n",
  accepts: (value: unknown) => typeof value === "bigint" && value >= 1n,
};

/** The payloads as one, each after its length, so that no two lists give the same. */
function joined({ events, starts = [] }: Content): Uint8Array {
  const [only] = events;
  if (only !== undefined && events.length === 1 && starts.length === 0) return only.encoded;
  const writer = new BinaryWriter();
  for (const { encoded } of events) writer.bytes(encoded);
  // Without the ids of the runs, which may be random.
  for (const { input } of starts) writer.bytes(input);
  return writer.finish();
}
