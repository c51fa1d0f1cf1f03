import type { UiEvent } from "../schema/ui-event.js";
import type { StoredEvent } from "../store/store.js";
import type { BackendEvent, Published } from "./feature.js";
import type { Failure } from "./projection.js";

/** Work under an idempotency key, to be stored with what it publishes. */
export interface Submission {
  readonly key: string;
  readonly fingerprint: string;
  /** The ordinal of the first event that it published, once that is durable. */
  firstOrdinal: bigint | undefined;
  /** Resolves when the key is this work's for good; rejects where it will not be. */
  readonly claimed: Promise<void>;
  claim(): void;
  lose(error: unknown): void;
}

/** An event that was published and waits to be durable. */
export interface Publication {
  readonly name: string;
  readonly version: number;
  readonly payload: BackendEvent["payload"];
  readonly type: string;
  readonly encoded: Uint8Array;
  readonly submission: Submission | undefined;
  resolve(published: Published): void;
  reject(error: Error): void;
}

/** A publication with its ordinal, projected over the timeline. */
export interface Admitted {
  readonly publication: Publication;
  readonly stored: StoredEvent;
  readonly uiEvents: readonly UiEvent[];
  readonly failures: readonly Failure[];
}
