import type { DescMessage } from "@bufbuild/protobuf";
import { checkName } from "./name.js";
import { type Payload, type PayloadInit, toPayload } from "./payload.js";

/** A UI event: what a live client hears. */
export interface DescUiEvent<Name extends string = string, Schema extends DescMessage = DescMessage> {
  readonly kind: "ui_event";
  readonly name: Name;
  readonly schema: Schema;
  /**
   * Makes a UI event. A UI projection returns it.
   * @throws PAYLOAD_TYPE_MISMATCH or INVALID_PAYLOAD.
   */
  of(payload: PayloadInit<Schema>): UiEvent<DescUiEvent<Name, Schema>>;
}

/**
 * A UI event, as a UI projection returns it and a client receives it. `of` of its
 * descriptor makes one and checks the payload.
 */
export class UiEvent<D extends DescUiEvent = DescUiEvent> {
  readonly desc: D;
  readonly payload: Payload<D["schema"]>;

  constructor(desc: D, payload: Payload<D["schema"]>) {
    this.desc = desc;
    this.payload = payload;
  }

  /** The logical name. */
  get name(): D["name"] {
    return this.desc.name;
  }
}

/**
 * Describes a UI event.
 * @throws INVALID_NAME.
 */
export function uiEvent<Name extends string, Schema extends DescMessage>(
  name: Name,
  schema: Schema,
): DescUiEvent<Name, Schema> {
  checkName("UI event", name);
  const desc: DescUiEvent<Name, Schema> = {
    kind: "ui_event",
    name,
    schema,
    of: (init) => new UiEvent(desc, toPayload(schema, init, `UI event "${name}"`, { name })),
  };
  return desc;
}
