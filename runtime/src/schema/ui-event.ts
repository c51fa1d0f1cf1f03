import type { DescUiEvent } from "./descriptors.js";
import type { Payload } from "./payload.js";

/**
 * A UI event as a UI projection returns it and a client receives it. Made with
 * `of` of its descriptor, which is what keeps unchecked payloads out.
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
