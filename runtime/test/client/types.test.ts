import type { Immutable } from "@sessionstream/runtime";
import { type Client, connect, type RemoteSession } from "@sessionstream/runtime/client";
import { expect, expectTypeOf, test } from "vitest";
import { WebSocket } from "ws";
import { chatClient } from "../../../examples/chatdemo/src/client-projection.js";
import type { ChatMessageEntity } from "../../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import {
  ChatMessage,
  ChatMessageAppended,
  ChatStartInference,
  ChatTokensDelta,
  chat,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { LabNote, LabTold, LabWork, lab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

// What is wrong here is so for the compiler: `tsc -p test` holds it. Nothing of it runs.
function _onlyWhatTheFeatureHas(session: RemoteSession<typeof chat>): void {
  expectTypeOf(session.timeline.list(ChatMessage)).toEqualTypeOf<readonly Immutable<ChatMessageEntity>[]>();
  expectTypeOf(session.timeline.get(ChatMessage, "m")).toEqualTypeOf<Immutable<ChatMessageEntity> | undefined>();
  session.on(ChatMessageAppended, ({ name, payload, ordinal }) => {
    expectTypeOf(name).toEqualTypeOf<"ChatMessageAppended">();
    expectTypeOf(payload.text).toEqualTypeOf<string>();
    expectTypeOf(ordinal).toEqualTypeOf<bigint>();
  });
  void session.submit(ChatStartInference, { prompt: "p" });

  // @ts-expect-error: a command of another feature
  void session.submit(LabWork, { task: "t" });
  // @ts-expect-error: a field that the command has not
  void session.submit(ChatStartInference, { prompts: "p" });
  // @ts-expect-error: a value of another type
  void session.submit(ChatStartInference, { prompt: 1 });
  // @ts-expect-error: a UI event of another feature
  session.on(LabTold, () => {});
  // @ts-expect-error: a backend event, which no client sees
  session.on(ChatTokensDelta, () => {});
  // @ts-expect-error: an entity of another feature
  session.timeline.list(LabNote);
  // @ts-expect-error: an id of another type
  session.timeline.get(ChatMessage, 1);
  // @ts-expect-error: an entity of another feature
  void session.snapshot().then((snapshot) => snapshot.list(LabNote));
}

function _severalFeatures(): void {
  const options = { webSocket: WebSocket };
  expectTypeOf(connect("ws://x", { features: [chat], ...options })).toEqualTypeOf<Client<typeof chat>>();
  const client = connect("ws://x", { features: [chatClient, lab], ...options });
  expectTypeOf(client).toEqualTypeOf<Client<typeof chat | typeof lab>>();
  const session = client.session("s");
  void session.submit(ChatStartInference, { prompt: "p" });
  void session.submit(LabWork, { task: "t" });
  session.on(LabTold, ({ payload }) => expectTypeOf(payload.event).toEqualTypeOf<string>());
  expectTypeOf(session.timeline.list(LabNote)[0]?.number).toEqualTypeOf<number | undefined>();
}

test("what another feature has cannot be named on a session: see the types above", () => {
  expect([_onlyWhatTheFeatureHas, _severalFeatures]).toHaveLength(2);
});
