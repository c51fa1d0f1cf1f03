import type { DescFeature } from "../schema/feature.js";
import type { PayloadInit } from "../schema/payload.js";
import type { UiEvent } from "../schema/ui-event.js";
import type { Snapshot } from "../timeline/snapshot.js";

/** What `submit` resolves to. */
export interface Submitted {
  /**
   * The ordinal of the last event that the handler published before it
   * returned, or of the session's last event where it published none.
   */
  readonly ordinal: bigint;
}

/** How a command is submitted. */
export interface SubmitOptions {
  /**
   * The idempotency key: the command is done once, however often it is submitted
   * under it in its session. 1 to 255 visible ASCII characters.
   */
  readonly key?: string;
  /**
   * Aborted when the caller gives up. That aborts the handler's signal; under a
   * key, and from a remote client, it only ends the wait.
   */
  readonly signal?: AbortSignal;
}

/** A live UI event as a client receives it. */
export interface LiveUiEvent<Ui extends DescFeature["uiEvents"][number]> {
  readonly name: Ui["name"];
  readonly payload: UiEvent<Ui>["payload"];
  /** The ordinal of the backend event that it was projected from. */
  readonly ordinal: bigint;
}

/** One session, seen by a client of a feature: only what the feature has can be named. */
export interface SessionClient<Feature extends DescFeature = DescFeature> {
  readonly sessionId: string;
  submit<D extends Feature["commands"][number]>(
    command: D,
    payload: PayloadInit<D["schema"]>,
    options?: SubmitOptions,
  ): Promise<Submitted>;
  /** Calls the listener for each live UI event of that name; returns what ends it. */
  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void;
  /** The session's timeline as it is now. */
  snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>>;
}
