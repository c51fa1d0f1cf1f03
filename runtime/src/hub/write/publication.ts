import { isSessionstreamError } from "../../base/errors.js";
import type { UiEvent } from "../../schema/ui-event.js";
import type { StoredCommand, StoredEvent } from "../../store/store.js";
import type { BackendEvent, Published } from "../feature/feature.js";
import type { Failure } from "../project/fold.js";

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

/** The commands under a key that events belong to, one for each key. */
export function commandsOf(admitted: readonly Admitted[]): StoredCommand[] {
  const commands = new Map<string, StoredCommand>();
  for (const { publication, stored } of admitted) {
    if (publication.submission === undefined) continue;
    const { key, fingerprint, firstOrdinal } = publication.submission;
    const first = commands.get(key)?.firstOrdinal ?? firstOrdinal ?? stored.ordinal;
    commands.set(key, { key, fingerprint, firstOrdinal: first, lastOrdinal: stored.ordinal });
  }
  return [...commands.values()];
}

/** Which events of a batch a refusal is about: those of one command, or all. */
export function refusedBy(outcome: Error, settled: readonly Admitted[]): readonly Admitted[] {
  if (!isSessionstreamError(outcome, "ALREADY_SUBMITTED")) return settled;
  const { key } = outcome.context;
  const ofCommand = settled.filter(({ publication }) => publication.submission?.key === key);
  return ofCommand.length > 0 ? ofCommand : settled;
}
