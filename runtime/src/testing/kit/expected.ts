import { isDeepStrictEqual } from "node:util";
import {
  create,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type MessageInitShape,
  toJson,
} from "@bufbuild/protobuf";
import { type DescEvent, EventDraft } from "../../schema/event.js";
import { type Payload, type PayloadInit, toPayload } from "../../schema/payload.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { DescTimelineEntity, TimelineChange } from "../../schema/timeline-entity.js";
import { type DescUiEvent, UiEvent } from "../../schema/ui-event.js";
import type { TimelineView } from "../../timeline/view.js";

type Described = DescEvent | DescUiEvent | DescTimelineEntity;

/** An event, a UI event or an entity of which some fields are expected. {@link like} makes it. */
export class Like<D extends Described = Described> {
  readonly desc: D;
  readonly payload: Payload<D["schema"]>;
  /** The names of the fields in protobuf JSON. */
  readonly fields: ReadonlySet<string>;

  constructor(desc: D, init: PayloadInit<D["schema"]>) {
    this.desc = desc;
    const schema: D["schema"] = desc.schema;
    this.payload = toPayload(schema, init, `like() of "${desc.name}"`, { name: desc.name });
    this.fields = new Set(Object.keys(init).flatMap((name) => jsonNames(desc.schema, name)));
  }
}

/**
 * Expects the fields that are given, and lets the others be anything, such as an id that the
 * handler makes. A field that is a message is compared whole.
 * @throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
 *
 * @example
 * ```ts
 * .published([like(ChatUserMessageAccepted, { content: "Hello" }), ChatInferenceStarted]);
 * ```
 */
export function like<D extends Described>(desc: D, fields: PayloadInit<D["schema"]>): Like<D> {
  return new Like(desc, fields);
}

/** An expected event: made with `of`, made with `like`, or its descriptor where the payload can be anything. */
export type ExpectedEvent = EventDraft | Like<DescEvent> | DescEvent;

/** An expected UI event, like an expected event. */
export type ExpectedUiEvent = UiEvent | Like<DescUiEvent> | DescUiEvent;

/** An expected entity: made with `put` or `like`. Made with `delete`, there must be none of that id. */
export type ExpectedEntity = TimelineChange | Like<DescTimelineEntity>;

/** Something with a name and a payload, as failures show it. */
export type Shown = { readonly name: string; readonly payload?: JsonValue; readonly args?: readonly unknown[] };

/** What was expected and what came, in a form that can be compared and shown. */
export interface Comparison {
  readonly expected: readonly Shown[];
  readonly got: readonly Shown[];
}

/** A message with its name. */
interface Named {
  readonly name: string;
  readonly payload: Payload<DescMessage>;
}

/** Compares events, or UI events, in their order. */
export function compareInOrder(
  registry: SchemaRegistry,
  expected: readonly (ExpectedEvent | ExpectedUiEvent)[],
  got: readonly Named[],
  schemaOf: (name: string) => DescMessage | undefined,
): Comparison {
  return {
    expected: expected.map((each) => showExpected(registry, each)),
    got: got.map(({ name, payload }, index) => {
      const schema = schemaOf(name);
      const wanted = expected[index];
      // What is not expected of a payload is not shown of it, so that a diff has only what differs.
      if (wanted !== undefined && nameOf(wanted) === name && !("payload" in wanted)) return { name };
      if (schema === undefined) return { name, payload: payload.$typeName };
      const only = wanted instanceof Like && wanted.desc.name === name ? wanted.fields : undefined;
      return { name, payload: jsonOf(registry, schema, payload, only) };
    }),
  };
}

/** Compares entities with those of a timeline, which may have more. */
export function compareEntities(
  registry: SchemaRegistry,
  expected: readonly ExpectedEntity[],
  timeline: TimelineView,
): Comparison {
  const compared = expected.map((each) =>
    each instanceof Like ? comparedLike(registry, each, timeline) : comparedChange(registry, each, timeline),
  );
  return { expected: compared.flatMap((each) => each.expected), got: compared.flatMap((each) => each.got) };
}

function comparedLike(registry: SchemaRegistry, wanted: Like<DescTimelineEntity>, timeline: TimelineView): Comparison {
  const { desc, fields } = wanted;
  const expected = [showExpected(registry, wanted)];
  const all = timeline
    .list(desc)
    .map((payload): Shown => ({ name: desc.name, payload: jsonOf(registry, desc.schema, payload, fields) }));
  const found = all.find((each) => isDeepStrictEqual([each], expected));
  return { expected, got: found === undefined ? all : [found] };
}

function comparedChange(
  registry: SchemaRegistry,
  { entity, id, payload }: TimelineChange,
  timeline: TimelineView,
): Comparison {
  const shown = (each: Payload<DescMessage> | undefined): Shown => ({
    name: entity.name,
    payload: each === undefined ? `none with the id ${JSON.stringify(id)}` : jsonOf(registry, entity.schema, each),
  });
  return { expected: [shown(payload)], got: [shown(timeline.get(entity, id as never))] };
}

function nameOf(wanted: ExpectedEvent | ExpectedUiEvent): string {
  return "desc" in wanted ? wanted.desc.name : wanted.name;
}

function showExpected(registry: SchemaRegistry, wanted: ExpectedEvent | ExpectedUiEvent | Like): Shown {
  if (wanted instanceof Like) {
    const { desc, payload, fields } = wanted;
    return { name: desc.name, payload: jsonOf(registry, desc.schema, payload, fields) };
  }
  if (wanted instanceof EventDraft || wanted instanceof UiEvent) {
    return { name: wanted.desc.name, payload: jsonOf(registry, wanted.desc.schema, wanted.payload) };
  }
  return { name: wanted.name };
}

/** A payload as protobuf JSON: all that is set, or some fields, set or not. */
export function jsonOf(
  registry: SchemaRegistry,
  schema: DescMessage,
  payload: Payload<DescMessage>,
  only?: ReadonlySet<string>,
): JsonValue {
  const json = toJson(schema, payload as never, {
    registry: registry.protobuf,
    alwaysEmitImplicit: only !== undefined,
  });
  if (only === undefined) return json;
  return Object.fromEntries(Object.entries(json as JsonObject).filter(([name]) => only.has(name)));
}

/** A message that a caller may have given as an object with some of its fields, as protobuf JSON. */
export function jsonOfInit(registry: SchemaRegistry, schema: DescMessage, init: object): JsonValue {
  return jsonOf(registry, schema, create(schema, init as MessageInitShape<DescMessage>));
}

/** The names in JSON of a field, or of the fields of a oneof. */
function jsonNames({ members }: DescMessage, localName: string): readonly string[] {
  const member = members.find((each) => each.localName === localName);
  if (member === undefined) return [];
  return member.kind === "oneof" ? member.fields.map(({ jsonName }) => jsonName) : [member.jsonName];
}
