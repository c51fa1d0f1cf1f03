import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ExportedDescriptorSchema,
  ExportedErrorSchema,
  ExportedEventSchema,
  ExportedKeySchema,
  type ExportedMetaSchema,
  ExportedRunSchema,
  type ExportedRunWaitSchema,
  ExportedSessionSchema,
  type ExportRecord,
} from "@sessionstream/proto/sessionstream/v1/export_pb.js";
import type { EventMeta } from "../store/event-meta.js";
import { previousOf } from "../store/rules.js";
import type { DoneKey, WholeSession } from "../store/session-part.js";
import type { StoredDescriptor, StoredError, StoredEvent } from "../store/stored.js";
import type { RunWait, StoredRun } from "../store/stored-run.js";

type Record = ExportRecord["record"];

// What stores keep, as records of an export.

export function toDescriptorRecord(descriptor: StoredDescriptor): Record {
  return { case: "descriptor", value: create(ExportedDescriptorSchema, descriptor) };
}

export function toSessionRecord(sessionId: string, { metadata, ordinal, failedAt = 0n }: WholeSession): Record {
  return {
    case: "session",
    value: create(ExportedSessionSchema, { sessionId, metadata: { ...metadata }, ordinal, failedAt }),
  };
}

export function toEventRecord({ meta, ...event }: StoredEvent): Record {
  const value = create(ExportedEventSchema, {
    ...event,
    previous: previousOf(event),
    time: BigInt(event.time),
    ...(meta !== undefined && { meta: toMeta(meta) }),
  });
  return { case: "event", value };
}

export function toErrorRecord(error: StoredError): Record {
  return { case: "error", value: create(ExportedErrorSchema, { ...error, time: BigInt(error.time) }) };
}

export function toKeyRecord({ space, key, fingerprint, outcome, time }: DoneKey): Record {
  const { firstOrdinal, lastOrdinal, rejection } = outcome;
  const { detail } = rejection ?? {};
  const value = create(ExportedKeySchema, {
    ...{ space, key, fingerprint, firstOrdinal, lastOrdinal },
    time: BigInt(time),
    ...(rejection !== undefined && {
      rejection: {
        code: rejection.code,
        message: rejection.message,
        ...(detail !== undefined && { detailType: detail.type, detail: detail.payload }),
      },
    }),
  });
  return { case: "key", value };
}

export function toRunRecord(run: StoredRun): Record {
  const { id, name, type, input, startedAt, startedBy, at, parent, attempt, failures, waitsFor, ended } = run;
  const value = create(ExportedRunSchema, {
    ...{ id, name, type, input, attempt, failures },
    startedAt: BigInt(startedAt),
    startedBy: toMeta(startedBy),
    ...(at !== undefined && { at: BigInt(at) }),
    ...(parent !== undefined && { parent }),
    ...(waitsFor !== undefined && { waitsFor: toWait(waitsFor) }),
    ...(ended !== undefined && { ended: { time: BigInt(ended.time), ...ended.outcome } }),
  });
  return { case: "run", value };
}

function toMeta({ trace, ...meta }: EventMeta): MessageInitShape<typeof ExportedMetaSchema> {
  return { ...meta, ...trace };
}

function toWait(wait: RunWait): MessageInitShape<typeof ExportedRunWaitSchema> {
  const until = wait.until === undefined ? {} : { until: BigInt(wait.until) };
  if (wait.for === "entity") return { for: { case: "entity", value: { kind: wait.kind, id: wait.id } }, ...until };
  if (wait.for === "run") return { for: { case: "run", value: wait.id }, ...until };
  return { for: { case: "time", value: true }, ...until };
}
