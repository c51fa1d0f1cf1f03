import { toJsonString } from "@bufbuild/protobuf";
import { type SnapshotEntity, SnapshotEntitySchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { isTurnOver, nextTurn } from "../base/turns.js";
import type { SchemaRegistry } from "../schema/registry.js";

/** What a page has at most: bytes of entities, where one alone is not larger, and entities. */
const maxPageBytes = 2 ** 18;
const maxPageEntities = 1000;

/**
 * Entities as JSON, joined by commas, in pages of bounded size: at least one, which may be empty. Between two entities
 * others may have their turn, after which they may not be wanted any more: then the rest is not encoded, and the result
 * is undefined. Throws where an Any has a type that the registry lacks.
 */
export async function entityPages(
  registry: SchemaRegistry,
  entities: Iterable<SnapshotEntity>,
  isWanted: () => boolean = () => true,
): Promise<Uint8Array[] | undefined> {
  const encoder = new TextEncoder();
  const pages: Uint8Array[] = [];
  let page: Uint8Array[] = [];
  let bytes = 0;
  const endPage = () => {
    pages.push(joined(page));
    page = [];
    bytes = 0;
  };
  for (const entity of entities) {
    if (isTurnOver()) {
      await nextTurn();
      if (!isWanted()) return undefined;
    }
    const text = encoder.encode(toJsonString(SnapshotEntitySchema, entity, { registry: registry.protobuf }));
    if (page.length === maxPageEntities || (page.length > 0 && bytes + text.length > maxPageBytes)) endPage();
    page.push(text);
    // With its comma.
    bytes += text.length + 1;
  }
  endPage();
  return pages;
}

const comma = ",".charCodeAt(0);

function joined(texts: readonly Uint8Array[]): Uint8Array {
  const length = texts.reduce((sum, text) => sum + text.length, 0);
  // What is left between two texts stays a comma.
  const page = new Uint8Array(Math.max(0, length + texts.length - 1)).fill(comma);
  let at = 0;
  for (const text of texts) {
    page.set(text, at);
    at += text.length + 1;
  }
  return page;
}
