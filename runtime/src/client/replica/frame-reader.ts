import { fromJson, type JsonObject, type JsonReadOptions, type JsonValue, type Message } from "@bufbuild/protobuf";
import { type Any, AnySchema, anyIs, anyUnpack } from "@bufbuild/protobuf/wkt";
import {
  type ServerFrame,
  ServerFrameSchema,
  SnapshotEntitySchema,
  SnapshotFrameSchema,
  SnapshotMode,
  UiEventFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { SessionstreamError } from "../../base/errors.js";
import type { FeatureRegistry } from "../../schema/feature-registry.js";
import type { Payload } from "../../schema/payload.js";
import type { DescUiEvent } from "../../schema/ui-event.js";
import type { LiveUiEvent } from "../../session/session-client.js";
import type { StoredEntity } from "../../store/stored.js";
import { resetReasons, type SessionHydration } from "./session-hydration.js";

/** A snapshot or delta. */
export interface ReadSnapshot {
  readonly sessionId: string;
  readonly ordinal: bigint;
  /** All, or those that changed. What is no more, or cannot be read, is a tombstone. */
  readonly entities: readonly StoredEntity[];
  readonly mode: SessionHydration["mode"];
  readonly reason: SessionHydration["reason"];
  readonly stop: SessionHydration["stop"];
  /** "" where the server does not say. */
  readonly epoch: string;
}

/** One of the frames that a snapshot or delta comes in. */
export interface ReadPage extends ReadSnapshot {
  readonly page: number;
  readonly more: boolean;
}

export interface ReadUiEvent {
  readonly sessionId: string;
  readonly ordinal: bigint;
  /** What the server says of the backend event. */
  readonly known: Pick<LiveUiEvent<DescUiEvent>, "time" | "cause" | "metadata">;
  readonly name: string;
  /** Undefined where the name is not known here. */
  readonly desc: DescUiEvent | undefined;
  /** Undefined where it cannot be read. */
  readonly payload: Payload<DescUiEvent["schema"]> | undefined;
}

export type ReadFrame =
  | { readonly case: "snapshot"; readonly value: ReadPage }
  | { readonly case: "uiEvent"; readonly value: ReadUiEvent }
  | Exclude<ServerFrame["frame"], { readonly case: "snapshot" | "uiEvent" }>;

/**
 * Reads what a server says. What a newer server has and this client does not
 * know is left out and reported, each name once; the rest is not harmed by it.
 */
export class FrameReader {
  readonly #registry: FeatureRegistry;
  readonly #uiEvents: ReadonlyMap<string, DescUiEvent>;
  readonly #report: (error: unknown) => void;
  readonly #options: Partial<JsonReadOptions>;
  readonly #reported = new Set<string>();

  constructor(registry: FeatureRegistry, uiEvents: ReadonlyMap<string, DescUiEvent>, report: (error: unknown) => void) {
    this.#registry = registry;
    this.#uiEvents = uiEvents;
    this.#report = report;
    this.#options = { registry: registry.protobuf, ignoreUnknownFields: true };
  }

  /** @throws where the text is no frame. */
  frame(text: string): ReadFrame {
    const json = asObject(JSON.parse(text), "frame");
    if (json.snapshot !== undefined) return { case: "snapshot", value: this.snapshot(json.snapshot) };
    const uiEvent = json.uiEvent ?? json.ui_event;
    if (uiEvent !== undefined) return { case: "uiEvent", value: this.#uiEvent(uiEvent) };
    return fromJson(ServerFrameSchema, json, this.#options).frame as ReadFrame;
  }

  /** @throws where the JSON is no snapshot. */
  snapshot(json: JsonValue): ReadPage {
    const { entities = [], ...rest } = asObject(json, "snapshot");
    const frame = fromJson(SnapshotFrameSchema, rest, this.#options);
    if (!Array.isArray(entities)) throw new Error("the entities of a snapshot are no list");
    const { sessionId, snapshotOrdinal: ordinal, resetReason, stop, epoch, page, more } = frame;
    const read = entities.flatMap((entity) => this.#entity(entity));
    return {
      sessionId,
      ordinal,
      // Without positions, the entities come in the order in which they were created.
      entities:
        frame.mode === SnapshotMode.UNSPECIFIED ? read.map((entity, position) => ({ ...entity, position })) : read,
      mode: frame.mode === SnapshotMode.DELTA ? "delta" : "reset",
      reason: resetReasons.find((reason) => reason === resetReason),
      stop: stop && {
        ordinal: stop.ordinal,
        name: stop.name,
        reason: stop.reason === "unknown" ? "unknown" : "failed",
      },
      epoch,
      page,
      more,
    };
  }

  /** The message in an Any. Undefined where its type is not known here, or it cannot be read. */
  any(json: JsonValue): Message | undefined {
    try {
      return this.#registry.freeze(anyUnpack(this.#any(json), this.#registry.protobuf));
    } catch {
      return undefined;
    }
  }

  #entity(json: JsonValue): StoredEntity[] {
    try {
      const { kind, id } = asObject(json, "entity");
      if (typeof kind !== "string" || !this.#registry.hasTimelineEntity(kind)) {
        this.#reportUnknown("timeline entity", String(kind));
        return [];
      }
      const { typeName } = this.#registry.timelineEntity(kind).schema;
      try {
        return [this.#knownEntity(json, typeName)];
      } catch (error) {
        this.#report(error);
        // Not there at all, rather than in the state before.
        const none = { createdOrdinal: 0n, position: 0, lastEventOrdinal: 0n, payload: undefined };
        return [{ kind, id: String(id), type: typeName, ...none }];
      }
    } catch (error) {
      this.#report(error);
      return [];
    }
  }

  #knownEntity(json: JsonValue, type: string): StoredEntity {
    const { tombstone, payload, ...entity } = fromJson(SnapshotEntitySchema, json, this.#options);
    if (tombstone) return { ...entity, type, payload: undefined };
    if (payload === undefined || !anyIs(payload, type)) {
      throw new Error(`timeline entity "${entity.kind}" with id "${entity.id}" carries no ${type}`);
    }
    return { ...entity, type, payload: payload.value };
  }

  #uiEvent(json: JsonValue): ReadUiEvent {
    const { payload, ...rest } = asObject(json, "UI event");
    const frame = fromJson(UiEventFrameSchema, rest, this.#options);
    const { sessionId, eventOrdinal: ordinal, name, time, cause, metadata } = frame;
    const desc = this.#uiEvents.get(name);
    if (desc === undefined) this.#reportUnknown("UI event", name);
    return {
      sessionId,
      ordinal,
      known: {
        ...(time !== 0n && { time: Number(time) }),
        ...(cause !== 0n && { cause }),
        ...(metadata !== undefined && { metadata }),
      },
      name,
      desc,
      payload: desc && this.#payload(desc, ordinal, payload),
    };
  }

  #payload({ name, schema }: DescUiEvent, ordinal: bigint, json: JsonValue = {}): ReadUiEvent["payload"] {
    try {
      const payload = anyUnpack(this.#any(json), schema);
      if (payload !== undefined) return this.#registry.freeze(payload);
      throw new Error(`UI event "${name}" at ordinal ${ordinal} carries no ${schema.typeName}`);
    } catch (error) {
      this.#report(error);
      return undefined;
    }
  }

  #any(json: JsonValue): Any {
    return fromJson(AnySchema, json, this.#options);
  }

  #reportUnknown(what: string, name: string): void {
    const unknown = `${what} "${name}"`;
    if (this.#reported.has(unknown)) return;
    this.#reported.add(unknown);
    this.#report(
      new SessionstreamError("UNKNOWN_NAME", `unknown ${unknown} is left out: is the client older than the server?`, {
        name,
      }),
    );
  }
}

function asObject(json: JsonValue, what: string): JsonObject {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new Error(`the server sent a ${what} that is no JSON object`);
  }
  return json;
}
