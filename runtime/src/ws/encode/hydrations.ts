import { SharedWork } from "../../base/shared-work.js";
import { snapshotJson } from "../../frames/snapshot-json.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { Hydration } from "../../session/hydration.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import { snapshotPages, snapshotTextFrame } from "./snapshot-pages.js";

/** Encodes hydrations: a snapshot once for all clients that ask for it at about the same time. */
export class HydrationEncoder {
  readonly #registry: SchemaRegistry;
  readonly #shared = new SharedWork<Snapshot["entities"], readonly Buffer[]>();

  constructor(registry: SchemaRegistry) {
    this.#registry = registry;
  }

  /** The frames, `paged` for clients that take that. Undefined where it is not wanted any more before it is done. */
  encode(hydration: Hydration, paged: boolean, isWanted: () => boolean): Promise<readonly Buffer[] | undefined> {
    if (hydration.mode === "delta") return snapshotPages(this.#registry, hydration, isWanted);
    const { snapshot, reason, epoch, stop } = hydration;
    const { ordinal } = snapshot;
    const kind = paged ? [ordinal, epoch, reason, stop?.ordinal, stop?.reason].join(" ") : String(ordinal);
    return this.#shared.do(snapshot.entities, kind, isWanted, (isWanted) =>
      paged ? snapshotPages(this.#registry, hydration, isWanted) : this.#whole(snapshot, isWanted),
    );
  }

  async #whole(snapshot: Snapshot, isWanted: () => boolean): Promise<readonly Buffer[] | undefined> {
    const json = await snapshotJson(this.#registry, snapshot, isWanted);
    return json && [snapshotTextFrame(json)];
  }
}
