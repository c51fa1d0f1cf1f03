import type { JsonObject } from "@bufbuild/protobuf";
import { isSessionstreamError } from "../../../base/errors.js";
import { repairedEpoch } from "../../../session/epoch.js";
import type { SessionBatch } from "../../../store/batch.js";
import { foldedBy, isSameFold } from "../../../store/folded-under.js";
import { toStoreError } from "../../../store/store-error.js";
import type { StoredTimeline } from "../../../store/stored.js";
import type { Refold } from "../../project/refold.js";
import { readOpenRuns } from "./runs.js";
import { reportFailures, type SessionHost } from "./session-host.js";
import { unrecorded } from "./unrecorded.js";

/**
 * Folds a session again and puts that in the place of its stored timeline, in one commit; where they are the same, only what
 * it is folded under. Events that come in meanwhile are folded, too: whoever publishes on and on does not keep it from an end.
 * Where the fold stops, the stored timeline ends there from now on.
 *
 * Returns the session as it is stored then. "changed" where it was deleted, repaired or folded again meanwhile. "foreign"
 * where it cannot be stored: the store fails, or another program has folded an event that this one does not know.
 */
export async function storeRefold(
  host: SessionHost,
  loaded: StoredTimeline,
  id: string,
  refold: Refold,
): Promise<StoredTimeline | "changed" | "foreign"> {
  let stored = loaded;
  for (;;) {
    await refold.to(stored.ordinal);
    const { timeline, failures, stop } = refold;
    if (stop?.reason === "unknown" && timeline.cursor < stored.cursor) return "foreign";
    const isSame = (await refold.isStored()) && stored.cursor === loaded.cursor && stored.failedAt === loaded.failedAt;
    const fresh = await unrecorded(host.store, id, failures);
    const batch: SessionBatch = {
      id: host.process.nextId(),
      sessionId: id,
      revision: stored.revision,
      epoch: stored.epoch,
      ...(!isSame && { newEpoch: repairedEpoch(stored.epoch) }),
      metadata: stored.metadata as JsonObject,
      events: [],
      cursor: isSame ? stored.cursor : timeline.cursor,
      failedAt: stop?.reason === "failed" ? stop.ordinal : undefined,
      entities: isSame ? [] : timeline.stored(),
      replaceTimeline: !isSame,
      foldedUnder: foldedBy(host.foldedUnder, stored.foldedUnder),
      errors: fresh.map(({ record }) => record),
      keys: [],
      runs: [],
      descriptors: [],
    };
    const [outcome] = await host.store.commit([batch]).catch((thrown: unknown) => [thrown]);
    if (outcome === undefined) {
      reportFailures(host, id, fresh);
      const { cursor, failedAt, foldedUnder, newEpoch: epoch = stored.epoch } = batch;
      const runs = stored === loaded ? stored.runs : [...(await readOpenRuns(host.store, id)).values()];
      const entities = isSame ? stored.entities : batch.entities;
      return { ...stored, revision: stored.revision + 1, cursor, failedAt, foldedUnder, epoch, runs, entities };
    }
    const now = await host.store.session(id);
    const hasMoved = isSessionstreamError(outcome, "ORDINAL_CONFLICT") && now?.revision !== stored.revision;
    if (!hasMoved) {
      host.report({ step: "refold", sessionId: id, error: toStoreError(outcome, { sessionId: id }) });
      return "foreign";
    }
    if (now?.epoch !== stored.epoch || !isSameFold(now.foldedUnder, stored.foldedUnder)) return "changed";
    stored = { ...stored, ...now };
  }
}
