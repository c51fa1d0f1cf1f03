import type {
  ExportedDescriptor,
  ExportedError,
  ExportedEvent,
  ExportedKey,
  ExportedMeta,
  ExportedRejection,
  ExportedRun,
  ExportedRunEnd,
  ExportedRunWait,
} from "@sessionstream/proto/sessionstream/v1/export_pb.js";
import type { StoredRejection } from "../schema/stored-rejection.js";
import type { EventMeta } from "../store/event-meta.js";
import type { DoneKey } from "../store/session-part.js";
import type { RecordedStep, StoredDescriptor, StoredError, StoredEvent, StoredMark } from "../store/stored.js";
import type { RunOutcome, RunWait, StoredRun } from "../store/stored-run.js";

// Records of an export, as stores keep what they say. Each throws an Error that says what is wrong with the record.

const marks: readonly StoredMark[] = ["event", "command", "run"];
const steps: readonly RecordedStep[] = ["decode", "ui-projection", "timeline-projection"];

export function fromDescriptor({ mark, name, version, type, hash, descriptor }: ExportedDescriptor): StoredDescriptor {
  return { mark: oneOf("mark", mark, marks), name, version, type, hash, descriptor };
}

export function fromEvent({ ordinal, previous, name, version, type, payload, time, meta }: ExportedEvent): StoredEvent {
  return {
    ...{ ordinal, name, version, type, payload },
    time: toNumber("time", time),
    ...(previous !== ordinal - 1n && { previous }),
    ...(meta !== undefined && { meta: fromMeta(meta) }),
  };
}

export function fromError({ step, ordinal, name, message, time }: ExportedError): StoredError {
  return { step: oneOf("step", step, steps), ordinal, name, message, time: toNumber("time", time) };
}

export function fromKey({ space, key, fingerprint, firstOrdinal, lastOrdinal, rejection, time }: ExportedKey): DoneKey {
  const outcome = {
    firstOrdinal,
    lastOrdinal,
    ...(rejection !== undefined && { rejection: fromRejection(rejection) }),
  };
  return { space, key, fingerprint, outcome, time: toNumber("time", time) };
}

export function fromRun(run: ExportedRun): StoredRun {
  const { id, name, type, input, startedAt, startedBy, at, parent, attempt, failures, waitsFor, ended } = run;
  return {
    ...{ id, name, type, input, parent, attempt, failures, owner: undefined },
    startedAt: toNumber("started_at", startedAt),
    startedBy: startedBy === undefined ? {} : fromMeta(startedBy),
    at: at === undefined ? undefined : toNumber("at", at),
    waitsFor: waitsFor && fromWait(waitsFor),
    ended: ended && { time: toNumber("ended.time", ended.time), outcome: fromEnd(ended) },
  };
}

function fromMeta({ identity, command, key, run, cause, traceparent, tracestate }: ExportedMeta): EventMeta {
  const trace =
    traceparent === undefined ? undefined : { traceparent, ...(tracestate !== undefined && { tracestate }) };
  return {
    ...(identity !== undefined && { identity }),
    ...(command !== undefined && { command }),
    ...(key !== undefined && { key }),
    ...(run !== undefined && { run }),
    ...(cause !== undefined && { cause }),
    ...(trace !== undefined && { trace }),
  };
}

function fromRejection({ code, message, detailType, detail }: ExportedRejection): StoredRejection {
  return detailType === "" ? { code, message } : { code, message, detail: { type: detailType, payload: detail } };
}

function fromWait({ for: what, until: end }: ExportedRunWait): RunWait {
  const until = end === undefined ? undefined : toNumber("waits_for.until", end);
  const limit = until === undefined ? {} : { until };
  if (what.case === "entity") return { for: "entity", kind: what.value.kind, id: what.value.id, ...limit };
  if (what.case === "run") return { for: "run", id: what.value, ...limit };
  if (until === undefined) throw new Error("waits_for.until: got none, want a time");
  return { for: "time", until };
}

function fromEnd({ status, message, code, reason }: ExportedRunEnd): RunOutcome {
  if (status === "completed") return { status };
  if (status === "failed") return { status, message, ...(code !== undefined && { code }) };
  if (status === "cancelled") return { status, ...(reason !== undefined && { reason }) };
  throw new Error(`ended.status: got "${status}", want "completed", "failed" or "cancelled"`);
}

function oneOf<T extends string>(field: string, got: string, want: readonly T[]): T {
  const found = want.find((each) => each === got);
  if (found === undefined)
    throw new Error(`${field}: got "${got}", want ${want.map((each) => `"${each}"`).join(" or ")}`);
  return found;
}

function toNumber(field: string, got: bigint): number {
  const value = Number(got);
  if (!Number.isSafeInteger(value)) throw new Error(`${field}: got ${got}, want milliseconds since the Unix epoch`);
  return value;
}
