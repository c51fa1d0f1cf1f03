import { fromBinary } from "@bufbuild/protobuf";
import type { DescEvent } from "@sessionstream/runtime";
import type { StoredEvent } from "@sessionstream/runtime/store";
import {
  CounterAddedEventSchema,
  NoteAppendedEventSchema,
  NoteDeletedEventSchema,
  NoteSetEventSchema,
  NotesMarkedEventSchema,
  TraceEventSchema,
} from "../../fixtures/gen/lab/v1/lab_pb.js";
import {
  LabCounterAdded,
  LabNoteAppended,
  LabNoteDeleted,
  LabNoteSet,
  LabNotesMarked,
  LabReadingTaken,
  LabTrace,
} from "../../fixtures/gen/lab/v1/lab_sessionstream.js";
import { ReadingTakenSchema } from "../../fixtures/gen/lab/v1/reading_pb.js";
import type { EventSpec } from "./history.js";

/** Publishes the event with its tag in it, so that it can be found in the log. */
export function publishTagged<R>(
  { kind, about }: EventSpec,
  tag: number,
  publish: (event: DescEvent, payload: object) => R,
): R {
  const text = `${tag};`;
  switch (kind) {
    case "add":
      return publish(LabCounterAdded, { name: `c${about}`, amount: BigInt(tag) });
    case "misfit":
      return publish(LabCounterAdded, { name: `c${about}`, amount: BigInt(tag), neverFits: true });
    case "append":
      return publish(LabNoteAppended, { number: about, text });
    case "set":
      return publish(LabNoteSet, { number: about, text });
    case "delete":
      return publish(LabNoteDeleted, { number: about, reason: text });
    case "recreate":
      return publish(LabNoteDeleted, { number: about, reason: text, anew: true });
    case "mark":
      return publish(LabNotesMarked, { numbers: [0, about, about], mark: text });
    case "trace":
      return publish(LabTrace, { text });
    case "reading":
      return publish(LabReadingTaken, { meter: `m${about}`, value: tag });
  }
}

/** The tag of an event of the log. */
export function tagOf({ name, payload }: StoredEvent): number {
  switch (name) {
    case "LabCounterAdded":
      return Number(fromBinary(CounterAddedEventSchema, payload).amount);
    case "LabNoteAppended":
      return Number.parseInt(fromBinary(NoteAppendedEventSchema, payload).text, 10);
    case "LabNoteSet":
      return Number.parseInt(fromBinary(NoteSetEventSchema, payload).text, 10);
    case "LabNoteDeleted":
      return Number.parseInt(fromBinary(NoteDeletedEventSchema, payload).reason, 10);
    case "LabNotesMarked":
      return Number.parseInt(fromBinary(NotesMarkedEventSchema, payload).mark, 10);
    case "LabTrace":
      return Number.parseInt(fromBinary(TraceEventSchema, payload).text, 10);
    case "LabReadingTaken":
      return fromBinary(ReadingTakenSchema, payload).value;
    default:
      throw new Error(`the log has an event "${name}" that nobody published`);
  }
}
