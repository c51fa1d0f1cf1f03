import type { DescMessage } from "@bufbuild/protobuf";
import { scalarsUnfitForIds } from "@sessionstream/proto/schema-facts";
import { SessionstreamError } from "../base/errors.js";
import { checkName } from "./name.js";
import { type Payload, type PayloadInit, toPayload } from "./payload.js";

/** A timeline entity: durable projected state. */
export interface DescTimelineEntity<
  Name extends string = string,
  Schema extends DescMessage = DescMessage,
  Id extends EntityId = EntityId,
> {
  readonly kind: "timeline_entity";
  readonly name: Name;
  readonly schema: Schema;
  /** The local name of the field with the id. */
  readonly idField: string;
  /** The id of an entity, from the field that the schema marks. */
  idOf(payload: Payload<Schema>): string;
  /**
   * Makes a change that creates the entity or replaces its state. A timeline projection
   * returns it.
   * @throws PAYLOAD_TYPE_MISMATCH, INVALID_PAYLOAD, or INVALID_ENTITY_ID if the id is empty.
   */
  put(payload: PayloadInit<Schema>): TimelineChange<DescTimelineEntity<Name, Schema, Id>>;
  /**
   * Makes a change that deletes the entity. The store keeps a tombstone.
   * @throws INVALID_ENTITY_ID if the id is empty.
   */
  delete(id: Id): TimelineChange<DescTimelineEntity<Name, Schema, Id>>;
}

/** The types that the id of an entity can have. */
export type EntityId = string | number | bigint;

/** The type of the id of a kind of timeline entity. */
export type IdOf<D extends DescTimelineEntity> =
  D extends DescTimelineEntity<string, DescMessage, infer Id> ? Id : never;

/**
 * A change of the timeline, as a timeline projection returns it. `put` and `delete` of an
 * entity's descriptor make one.
 */
export class TimelineChange<D extends DescTimelineEntity = DescTimelineEntity> {
  readonly entity: D;
  readonly id: string;
  /** The new state, or undefined if the entity is deleted. */
  readonly payload: Payload<D["schema"]> | undefined;

  constructor(entity: D, id: string, payload: Payload<D["schema"]> | undefined) {
    this.entity = entity;
    this.id = id;
    this.payload = payload;
  }
}

/**
 * Describes a timeline entity. `idField` is the local name of the field that holds the
 * id.
 * @throws INVALID_NAME, or INVALID_ENTITY_ID when the field is not a singular string or
 * integer of the message.
 */
export function timelineEntity<Name extends string, Schema extends DescMessage, Id extends EntityId = EntityId>(
  name: Name,
  schema: Schema,
  idField: string,
): DescTimelineEntity<Name, Schema, Id> {
  checkName("timeline entity", name);
  const what = `timeline entity "${name}"`;
  const field = schema.fields.find((candidate) => candidate.localName === idField);
  const fits = field?.fieldKind === "scalar" && field.oneof === undefined && !scalarsUnfitForIds.has(field.scalar);
  if (!fits) {
    throw new SessionstreamError(
      "INVALID_ENTITY_ID",
      `${what} id field "${idField}" is not a singular string or integer of ${schema.typeName}`,
      { name },
    );
  }
  const toId = (value: unknown): string => {
    const id = value === undefined || value === null ? "" : String(value);
    if (id === "") {
      throw new SessionstreamError("INVALID_ENTITY_ID", `${what} has an empty id: set its field "${idField}"`, {
        name,
      });
    }
    return id;
  };
  const desc: DescTimelineEntity<Name, Schema, Id> = {
    kind: "timeline_entity",
    name,
    schema,
    idField,
    idOf: (payload) => toId((payload as Record<string, unknown>)[idField]),
    put(init) {
      const payload = toPayload(schema, init, what, { name });
      return new TimelineChange(desc, desc.idOf(payload), payload);
    },
    delete: (id) => new TimelineChange(desc, toId(id), undefined),
  };
  return desc;
}
