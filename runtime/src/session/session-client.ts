import type { JsonObject } from "@bufbuild/protobuf";
import type { DescFeature } from "../schema/feature.js";
import type { PayloadInit } from "../schema/payload.js";
import type { UiEvent } from "../schema/ui-event.js";
import type { Snapshot } from "../timeline/snapshot.js";

/** What `submit` resolves to. */
export interface Submitted {
  /**
   * The ordinal of the last event that the handler published before it returned. If it
   * published none, the ordinal of the session's last event.
   */
  readonly ordinal: bigint;
}

/** How a command is submitted. */
export interface SubmitOptions {
  /**
   * The idempotency key: 1 to 255 visible ASCII characters. The hub does the command once,
   * however often it is submitted to its session with that key.
   */
  readonly key?: string;
  /** Ends the wait of the caller. Without a key, in the process of the hub, it also aborts the handler's signal. */
  readonly signal?: AbortSignal;
}

/** A live UI event as a client receives it. */
export interface LiveUiEvent<Ui extends DescFeature["uiEvents"][number]> {
  readonly name: Ui["name"];
  readonly payload: UiEvent<Ui>["payload"];
  /** The ordinal of the backend event behind this UI event. */
  readonly ordinal: bigint;
  /** When that event was ordered, in milliseconds since the Unix epoch. Undefined if the server does not say. */
  readonly time?: number;
  /** The ordinal of the backend event that caused that event, if one did and the server says so. */
  readonly cause?: bigint;
  /** What the server tells besides of where that event comes from. Undefined if it tells nothing. */
  readonly metadata?: Readonly<JsonObject>;
}

/** One session, as a client of a feature sees it. The types allow only what the feature declares. */
export interface SessionClient<Feature extends DescFeature = DescFeature> {
  readonly sessionId: string;
  submit<D extends Feature["commands"][number]>(
    command: D,
    payload: PayloadInit<D["schema"]>,
    options?: SubmitOptions,
  ): Promise<Submitted>;
  /** Calls the listener for each live UI event of that name. Returns a function that ends this. */
  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void;
  /** The session's timeline as it is now. */
  snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>>;
}
