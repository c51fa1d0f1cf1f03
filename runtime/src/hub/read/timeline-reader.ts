import { SchemaRegistry } from "../../schema/registry.js";
import { checkSessionId } from "../../session/session-id.js";
import { largestOrdinal } from "../../store/rules.js";
import type { Store } from "../../store/store.js";
import { TimelineImage } from "../../timeline/image.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import { snapshotOf } from "../../timeline/snapshot-of.js";
import type { Feature } from "../feature/feature.js";
import { EventReader } from "../project/event-reader.js";
import { FeatureProjections } from "../project/feature-projections.js";
import { Fold } from "../project/fold.js";
import { checkEventRange } from "./ranges.js";
import { type FoldingSource, foldUpTo, type VerifiedTimeline, verifyTimeline } from "./verify.js";

/** What a reader of timelines is made of. */
export interface TimelineReaderOptions {
  /** The features with their projections. Their handlers and runs are not called. */
  readonly features: readonly Feature[];
  /** The reader does not close it. */
  readonly store: Store;
}

/**
 * Folds the logs of a store by the projections of features, without a hub: it writes nothing and takes no runs. It is for
 * command lines, which look at what an application stored.
 *
 * @example
 * ```ts
 * const reader = new TimelineReader({ features, store: sqliteStore("chat.db", { readonly: true }) });
 * const verified = await reader.verify("session-1");
 * ```
 */
export class TimelineReader {
  /** The schema of all features. */
  readonly registry = new SchemaRegistry();
  readonly #source: FoldingSource;

  /** @throws DUPLICATE_NAME or INVALID_PAYLOAD if the features do not fit together. */
  constructor({ features, store }: TimelineReaderOptions) {
    for (const { desc } of features) this.registry.register(desc);
    const reader = new EventReader(this.registry, features);
    const projections = new FeatureProjections(this.registry, features);
    const past = new Fold(reader, projections, { ui: "advance", timeline: "advance" }, undefined);
    this.#source = { registry: this.registry, store, past };
  }

  /**
   * The fold of a session's log up to the event at the ordinal `asOf`, by default of all. An event that cannot be read or
   * projected, or is not known, has no effect on it, and is in `skipped`.
   * @throws INVALID_SESSION or INVALID_RANGE.
   */
  async snapshot(sessionId: string, { asOf }: { readonly asOf?: bigint } = {}): Promise<Snapshot> {
    checkSessionId(sessionId);
    checkEventRange(asOf === undefined ? {} : { after: asOf });
    const { metadata = {} } = (await this.#source.store.session(sessionId)) ?? {};
    const info = { id: sessionId, metadata };
    const { timeline, skipped } = await foldUpTo(this.#source, info, asOf ?? largestOrdinal);
    const image = new TimelineImage(timeline.cursor, timeline.entries());
    return snapshotOf(sessionId, image, await image.entities(), skipped);
  }

  /**
   * Compares what is stored of a session's timeline with the fold of its log. Undefined if there is no such session. Both
   * are in memory meanwhile.
   * @throws INVALID_SESSION.
   */
  async verify(sessionId: string): Promise<VerifiedTimeline | undefined> {
    checkSessionId(sessionId);
    return verifyTimeline(this.#source, sessionId);
  }
}
