import { expect, test } from "vitest";
import { chatClient } from "../../../examples/chatdemo/src/client-projection.js";
import { ChatMessageAppended } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { follow, resume, subscribe } from "../../../test/fixtures/chat/fake-client.js";
import { appended, snapshot } from "../../../test/fixtures/chat/frames.js";

test("listeners and client projections get what the server tells besides", () => {
  const projected: unknown[] = [];
  const watching: typeof chatClient = {
    ...chatClient,
    project(event, view) {
      projected.push(event.metadata);
      return chatClient.project?.(event, view) ?? [];
    },
  };
  const { session, say } = follow({ features: [watching] }, ["metadata"]);
  const heard: unknown[] = [];
  session.on(ChatMessageAppended, (event) => heard.push("metadata" in event ? event.metadata : "nothing"));
  say(snapshot("s", 1));
  const { uiEvent } = withMetadata(2, 1);
  say({ uiEvent: { ...uiEvent, metadata: { by: "ann", parts: [1, { deep: null }] } } });
  say({ uiEvent: { ...uiEvent, eventOrdinal: "3", metadata: {} } });
  say({ uiEvent: { ...uiEvent, eventOrdinal: "4" } });
  expect(heard).toEqual([{ by: "ann", parts: [1, { deep: null }] }, {}, "nothing"]);
  expect(projected).toEqual([{ by: "ann", parts: [1, { deep: null }] }, {}, undefined]);
});

const heardBy = (session: ReturnType<typeof follow>["session"]) => {
  const heard: [ordinal: bigint, time: number | undefined, cause: bigint | undefined][] = [];
  session.on(ChatMessageAppended, ({ ordinal, time, cause }) => heard.push([ordinal, time, cause]));
  return heard;
};

const withMetadata = (ordinal: number, time: number, cause?: number) => {
  const { uiEvent } = appended("s", ordinal, "t");
  return { uiEvent: { ...uiEvent, time: String(time), ...(cause !== undefined && { cause: String(cause) }) } };
};

test("a client asks for metadata where the server has it, and only there", () => {
  expect(follow({}, ["metadata"]).network.last.sent).toEqual([
    { subscribe: { ...subscribe().subscribe, metadata: true } },
  ]);
  expect(follow({}, ["resume", "metadata"]).network.last.sent).toEqual([
    { subscribe: { ...resume().subscribe, metadata: true } },
  ]);
  expect(follow({}, ["resume"]).network.last.sent).toEqual([resume()]);
  expect(follow().network.last.sent).toEqual([subscribe()]);
});

test("listeners and client projections get time and cause, where the server says them", () => {
  const projected: unknown[] = [];
  const watching: typeof chatClient = {
    ...chatClient,
    project(event, view) {
      projected.push([event.ordinal, event.time, event.cause]);
      return chatClient.project?.(event, view) ?? [];
    },
  };
  const { session, say } = follow({ features: [watching] }, ["metadata"]);
  const heard = heardBy(session);
  say(snapshot("s", 1));
  say(withMetadata(2, 1_700_000_000_000, 1));
  say(withMetadata(3, 1_700_000_000_001));
  say(appended("s", 4, "t"));
  expect(heard).toEqual([
    [2n, 1_700_000_000_000, 1n],
    [3n, 1_700_000_000_001, undefined],
    [4n, undefined, undefined],
  ]);
  expect(projected).toEqual(heard);
});
