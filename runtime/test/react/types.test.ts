import type { Immutable } from "@sessionstream/runtime";
import type { RemoteSession } from "@sessionstream/runtime/client";
import { useEntities } from "@sessionstream/runtime/react";
import { expect, expectTypeOf, test } from "vitest";
import type { ChatMessageEntity } from "../../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import { ChatMessage, type chat } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { LabNote } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

// What is wrong here is so for the compiler: `tsc -p test` holds it. Nothing of it runs.
function useOnlyWhatTheFeatureHas(session: RemoteSession<typeof chat>): void {
  expectTypeOf(useEntities(session, ChatMessage)).toEqualTypeOf<readonly Immutable<ChatMessageEntity>[]>();
  // @ts-expect-error: an entity of another feature
  useEntities(session, LabNote);
}

test("entities of another feature cannot be used in a component: see the types above", () => {
  expect(useOnlyWhatTheFeatureHas).toBeTypeOf("function");
});
