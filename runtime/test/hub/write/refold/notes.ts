import { createFileRegistry, type DescMessage, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { type Feature, Hub, type HubOptions } from "@sessionstream/runtime";
import { event, feature, timelineEntity, uiEvent } from "@sessionstream/runtime/codegen";
import { compile } from "../../../../../plugin/test/support/compile.js";
import type { Place } from "../../../../../test/fixtures/stores.js";

// Programs with a schema and a projection that differ as those of releases do.

const base = compile({
  "notes.proto": `syntax = "proto3"; package notes.v1;
    message Written { int32 number = 1; string text = 2; bool gone = 3; }
    message Note { int32 number = 1; string text = 2; Mark mark = 3; Colour colour = 4; string author = 5; }
    message Mark { string sign = 1; }
    message Tag { string name = 1; int32 notes = 2; }
    message Label { string name = 1; int32 notes = 2; }
    message Unrelated { string x = 1; }
    enum Colour { NONE = 0; RED = 1; }`,
});

/** What an event says. */
export type Written = { readonly number: number; readonly text: string; readonly gone?: boolean };

/** The state of an entity, whatever the schema is. */
export type State = Readonly<Record<string, unknown>>;

/** What a change of the schema or of the projection makes otherwise. */
export interface Change {
  /** Changes the proto file in place. */
  readonly proto?: (file: FileDescriptorProto) => void;
  /** The kinds, with their message and the field with the id. */
  readonly kinds?: Readonly<Record<string, readonly [message: string, idField: string]>>;
  readonly note?: (written: Written) => State;
  /** What is counted by the first letter of a text. */
  readonly tag?: (name: string, notes: number) => State;
  /** Which kind the counts have. "" for none. */
  readonly tagKind?: string;
  readonly timelineVersion?: number;
  /** Called before each event is projected; to throw makes the projection fail. */
  readonly before?: (written: Written) => void;
  readonly name?: string;
  /** What the event is called. */
  readonly event?: string;
}

/** A program: a feature, its descriptors, and hubs that run it. */
export interface Program {
  readonly feature: Feature;
  readonly Written: ReturnType<typeof event>;
  hub(place: Place, options?: Partial<HubOptions>): Hub;
}

export function program(change: Change = {}): Program {
  const messages = messagesOf(change.proto);
  const {
    kinds = { Note: ["Note", "number"], Tag: ["Tag", "name"] },
    note = ({ number, text }) => ({ number, text, mark: { sign: "!" }, colour: 1, author: `of ${number}` }),
    tag = (name, notes) => ({ name, notes }),
    tagKind = "Tag",
    timelineVersion = 1,
    name = "Notes",
  } = change;
  const WrittenEvent = event(change.event ?? "Written", messages.Written as DescMessage);
  const Told = uiEvent("Told", messages.Written as DescMessage);
  const entities = Object.entries(kinds).map(([kind, [message, idField]]) =>
    timelineEntity(kind, messages[message] as DescMessage, idField),
  );
  const [Note, Tag] = [entities[0], entities.find((each) => each.name === tagKind)];
  if (Note === undefined) throw new Error("the first kind is the one of notes");
  const made: Feature = {
    desc: feature(name, { events: [WrittenEvent], uiEvents: [Told], timelineEntities: entities, timelineVersion }),
    ui: ({ payload }) => [Told.of(payload)],
    timeline({ payload }, view) {
      const written = payload as unknown as Written;
      change.before?.(written);
      const state = note(written);
      const id = Note.put(state).id;
      if (written.gone) return [Note.delete(id)];
      if (Tag === undefined) return [Note.put(state)];
      const letter = written.text.slice(0, 1);
      const counted = view.get(Tag, letter) as State | undefined;
      const before = Number(Object.values(counted ?? {}).find((value) => typeof value === "number") ?? 0);
      return [Note.put(state), Tag.put(tag(letter, before + 1))];
    },
  };
  return {
    feature: made,
    Written: WrittenEvent,
    hub: (place, options = {}) => new Hub({ features: [made], store: place.open(), onError: () => {}, ...options }),
  };
}

function messagesOf(change: Change["proto"]): Readonly<Record<string, DescMessage>> {
  const set: FileDescriptorSet = fromBinary(FileDescriptorSetSchema, toBinary(FileDescriptorSetSchema, base));
  const file = set.file.find((each) => each.name === "notes.proto") as FileDescriptorProto;
  change?.(file);
  const messages = createFileRegistry(set).getFile("notes.proto")?.messages ?? [];
  return Object.fromEntries(messages.map((message) => [message.name, message]));
}

/** A message of the file, to be changed. */
export function messageIn(file: FileDescriptorProto, name: string): DescriptorProto {
  return file.messageType.find((each) => each.name === name) as DescriptorProto;
}

/** A field of a message of the file, to be changed. */
export function fieldIn(file: FileDescriptorProto, message: string, name: string): DescriptorProto["field"][number] {
  return messageIn(file, message).field.find((each) => each.name === name) as DescriptorProto["field"][number];
}

/** What is written in a session: notes that change, one that is deleted, one that is made anew. */
export const history: readonly Written[] = [
  { number: 1, text: "apple" },
  { number: 2, text: "pear" },
  { number: 3, text: "plum" },
  { number: 2, text: "pear", gone: true },
  { number: 1, text: "apples" },
  { number: 2, text: "peach" },
];

export async function write(
  hub: Hub,
  { Written }: Program,
  sessionId = "s",
  events: readonly Written[] = history,
): Promise<void> {
  for (const each of events) await hub.publish(sessionId, Written, each);
}

/** A timeline as it shows, in all of its parts. */
export async function shownBy(hub: Hub, sessionId = "s"): Promise<unknown> {
  const { ordinal, entities } = await hub.snapshot(sessionId);
  return {
    ordinal,
    entities: entities.map(({ payload, ...rest }) => ({
      ...rest,
      payload: Buffer.from(toBinary(hub.registry.timelineEntity(rest.kind).schema, payload)).toString("latin1"),
      fields: toJson(hub.registry.timelineEntity(rest.kind).schema, payload),
    })),
  };
}
