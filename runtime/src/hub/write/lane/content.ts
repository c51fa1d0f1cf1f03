import type { DescMessage, Message } from "@bufbuild/protobuf";
import { type ErrorContext, SessionstreamError } from "../../../base/errors.js";
import { show } from "../../../base/show.js";
import { encode } from "../../../schema/encode.js";
import { type DescEvent, EventDraft } from "../../../schema/event.js";
import { type PayloadInit, toPayload } from "../../../schema/payload.js";
import { checkEncodedSize, checkSize } from "../../../schema/payload-size.js";
import { RunStart } from "../../../schema/run.js";
import type { StoredRun } from "../../../store/stored-run.js";
import type { BackendEvent } from "../../feature/backend-event.js";
import type { SessionHost } from "./session-host.js";

/** An event as it was given to be published: checked and encoded, once for all that comes. */
export interface EncodedEvent {
  readonly name: string;
  readonly version: number;
  readonly type: string;
  readonly payload: BackendEvent["payload"];
  readonly encoded: Uint8Array;
}

/** The start of a run as it was given to be published: checked and encoded. */
export interface EncodedStart extends Pick<StoredRun, "id" | "name" | "type" | "input" | "at"> {
  readonly detached: boolean;
}

/** What is committed together. */
export interface Content {
  readonly events: readonly EncodedEvent[];
  /** Runs that begin with it. */
  readonly starts?: readonly EncodedStart[];
  /** Runs that go on already, in their new state. */
  readonly runs?: readonly StoredRun[];
}

/** What payloads are checked against. */
type Checks = Pick<SessionHost, "registry" | "maxPayloadBytes">;

/** Checks and encodes an event. Throws UNKNOWN_NAME, PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD or PAYLOAD_TOO_LARGE. */
export function encodeEvent<D extends DescEvent>(
  { registry, maxPayloadBytes }: Checks,
  sessionId: string,
  { name }: D,
  init: PayloadInit<D["schema"]>,
): EncodedEvent {
  const { schema, version } = registry.event(name);
  const what = `event "${name}"`;
  const context = { sessionId, name };
  checkSize(init, maxPayloadBytes, what, context);
  const payload = toPayload(schema, init, what, context);
  const encoded = encode(schema, payload);
  checkEncodedSize(encoded, maxPayloadBytes, what, context);
  return { name, version, type: schema.typeName, payload: registry.freeze(payload), encoded };
}

/** Whether all of these can be published together: each was made with `of` or `start`. */
export function arePublishable(given: readonly unknown[]): given is readonly (EventDraft | RunStart)[] {
  return given.every((each) => each instanceof EventDraft || each instanceof RunStart);
}

/**
 * Encodes what `of` and `start` checked.
 * @throws UNKNOWN_NAME, PAYLOAD_TOO_LARGE, or PAYLOAD_TYPE_MISMATCH for what is neither, or of another schema.
 */
export function encodeDrafts(checks: Checks, sessionId: string, given: readonly (EventDraft | RunStart)[]): Content {
  const events: EncodedEvent[] = [];
  let starts: EncodedStart[] | undefined;
  for (const each of given) {
    if (each instanceof EventDraft) {
      events.push(encodeDraft(checks, sessionId, each));
    } else if (each instanceof RunStart) {
      starts = [...(starts ?? []), encodeStart(checks, sessionId, each)];
    } else {
      throw new SessionstreamError(
        "PAYLOAD_TYPE_MISMATCH",
        `publish was given ${show(each)} among events, want each made with of() of its descriptor, or with start() of a run's`,
        { sessionId },
      );
    }
  }
  return starts === undefined ? { events } : { events, starts };
}

function encodeDraft(checks: Checks, sessionId: string, { desc, payload }: EventDraft): EncodedEvent {
  const { name } = desc;
  const { schema, version } = checks.registry.event(name);
  if (schema !== desc.schema) throw mismatch(sessionId, `event "${name}" payload`, name, desc.schema, schema);
  const encoded = encodeWithin(checks, schema, payload, `event "${name}"`, { sessionId, name });
  return { name, version, type: schema.typeName, payload: checks.registry.freeze(payload), encoded };
}

/** Checks the start of a run against what is registered, and encodes it. */
function encodeStart(checks: Checks, sessionId: string, start: RunStart): EncodedStart {
  const { desc, id, at, detached, input } = start;
  const { name } = desc;
  const { schema } = checks.registry.run(name);
  if (schema !== desc.schema) throw mismatch(sessionId, `run "${name}" input`, name, desc.schema, schema);
  const encoded = encodeWithin(checks, schema, input, `run "${name}"`, { sessionId, name });
  return { id, name, type: schema.typeName, input: encoded, at, detached };
}

function encodeWithin(
  { maxPayloadBytes }: Checks,
  schema: DescMessage,
  payload: Message,
  what: string,
  context: ErrorContext,
): Uint8Array {
  checkSize(payload, maxPayloadBytes, what, context);
  const encoded = encode(schema, payload);
  checkEncodedSize(encoded, maxPayloadBytes, what, context);
  return encoded;
}

function mismatch(
  sessionId: string,
  what: string,
  name: string,
  got: DescEvent["schema"],
  want: DescEvent["schema"],
): SessionstreamError {
  return new SessionstreamError(
    "PAYLOAD_TYPE_MISMATCH",
    `${what} type mismatch: got ${got.typeName} want ${want.typeName} as it is registered`,
    { sessionId, name },
  );
}
