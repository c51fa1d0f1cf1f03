import { create, toJsonString } from "@bufbuild/protobuf";
import { type SnapshotFrame, SnapshotFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { Snapshot } from "../timeline/snapshot.js";
import { entityPages } from "./entity-pages.js";
import { snapshotEntity } from "./snapshot-entity.js";

/**
 * A whole snapshot as the JSON of a SnapshotFrame, in pieces to be joined. Lets others have their turn; undefined where
 * it is not wanted any more. The registry must know the kinds of its entities.
 */
export async function snapshotJson(
  registry: SchemaRegistry,
  { sessionId, ordinal, entities }: Pick<Snapshot, "sessionId" | "ordinal" | "entities">,
  isWanted?: () => boolean,
): Promise<Uint8Array[] | undefined> {
  const pages = await entityPages(registry, encoded(registry, entities), isWanted);
  return pages && frameJson(create(SnapshotFrameSchema, { sessionId, snapshotOrdinal: ordinal }), pages);
}

/** The JSON of a frame with entities that are in JSON already, in pieces to be joined. */
export function frameJson(head: SnapshotFrame, pages: readonly Uint8Array[]): Uint8Array[] {
  // A session id is never empty, so that there is a field before the entities.
  const fields = toJsonString(SnapshotFrameSchema, head).slice(0, -1);
  if (pages.every(({ length }) => length === 0)) return [utf8(`${fields}}`)];
  const pieces = pages.flatMap((page, at) => (at === 0 ? [page] : [comma, page]));
  return [utf8(`${fields},"entities":[`), ...pieces, utf8("]}")];
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const comma = utf8(",");

/** One after the other, so that not all are there twice. */
function* encoded(registry: SchemaRegistry, entities: Snapshot["entities"]) {
  for (const entity of entities) yield snapshotEntity(registry, entity);
}
