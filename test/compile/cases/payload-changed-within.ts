import { clone, equals, toBinary, toJson } from "@bufbuild/protobuf";
import type { Payload } from "@sessionstream/runtime";
import { type Content, ContentSchema } from "../../fixtures/gen/box/v1/box_pb.js";
import { Box, type BoxClient, BoxPacked, BoxShown, type BoxTimelineProjection, type BoxUiProjection } from "../../fixtures/gen/box/v1/box_sessionstream.js";

export const ui: BoxUiProjection = {
  packed({ payload, session }, view) {
    // error: 2684 "payloads are immutable: change a copy, such as [...list]"
    payload.content?.items.push("x");
    // error: 2684 "payloads are immutable: change a copy, such as [...list]"
    view.get(Box, payload.id)?.content?.items.sort();
    // error: 2339 Property 'sort' does not exist on type 'readonly
    view.list(Box).sort();
    if (payload.content === undefined) return [];
    // error: 2540 Cannot assign to 'data' because it is a read-only property
    payload.content.data = new Uint8Array();
    // error: 2542 Index signature in type 'ImmutableBytes' only permits reading
    payload.content.data[0] = 1;
    // error: 2684 "payloads are immutable: change a copy, such as [...list]"
    payload.content.data.fill(0);
    // error: 2542 only permits reading
    payload.content.labels.x = session.id;
    // error: 2542 Index signature in type 'ImmutableList<string>' only permits reading
    payload.content.items[0] = "x";
    // error: 2540 Cannot assign to 'value' because it is a read-only property
    if (payload.content.lid.case === "text") payload.content.lid.value = "x";
    // error: 2542 only permits reading
    if (payload.content.json) payload.content.json.x = 1;
    return [BoxShown.of({ content: payload.content })];
  },
};

// All of this is right.
export const timeline: BoxTimelineProjection = {
  packed({ payload: { id, content } }, view) {
    const before = view.get(Box, id)?.content;
    const boxes = view.list(Box).toSorted((a, b) => a.id.localeCompare(b.id));
    const copy = content && clone(ContentSchema, content);
    copy?.items.push("x");
    return [
      Box.put({ id, ...(copy && { content: copy }) }),
      Box.put({ id: "items", content: { items: [...(before?.items ?? [])].sort(), boxes: before?.boxes ?? [] } }),
      Box.put({ ...boxes[0], id: "first" }),
      Box.put({ id: "again", content: before && { ...before, labels: { ...before.labels, x: "y" } } }),
      Box.put({ id: "other", content: { data: sum(before?.items), json: before?.json ?? {} } }),
    ];
  },
};

function sum(items: readonly string[] = []): Uint8Array {
  return new Uint8Array([items.length]);
}

export function shown(client: BoxClient, other: Content): void {
  client.on(BoxShown, ({ payload: { content } }) => {
    if (content === undefined) return;
    toJson(ContentSchema, content);
    show(toBinary(ContentSchema, content), equals(ContentSchema, content, other));
    // error: 2540 Cannot assign to 'items' because it is a read-only property
    content.items = [];
  });
}

function show(bytes: Uint8Array, isSame: boolean): Payload<typeof BoxPacked.schema>["content"] {
  return BoxPacked.of({ content: { data: bytes, items: [String(isSame)] as const } }).payload.content;
}
