import { create, type DescMessage, toJsonString } from "@bufbuild/protobuf";
import type { Hub, TimelineView } from "@sessionstream/runtime";
import { type Client, connect, type RemoteSession } from "@sessionstream/runtime/client";
import { WebSocket } from "ws";
import { chatClient } from "../../../examples/chatdemo/src/client-projection.js";
import { ChatMessageEntitySchema } from "../../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import { ChatMessage, type chat } from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";

export type ChatSession = RemoteSession<typeof chat>;

/** A client of the chat as an application on Node.js 20 has it. */
export function connectChat(url: string, errors: Error[] = []): Client<typeof chat> {
  return connect(url, {
    features: [chatClient],
    webSocket: WebSocket,
    reconnect: { first: 5, longest: 40 },
    // The first fetch of a Node.js 20 process is never answered where its connection is lost at once.
    connectTimeout: 1000,
    onError: (error) => errors.push(error),
  });
}

/** What a timeline shows, message by message, so that two can be compared. */
export function shown(timeline: TimelineView<typeof ChatMessage>): string[] {
  return timeline.list(ChatMessage).map((message) => json(ChatMessageEntitySchema, message));
}

export async function stored(hub: Hub, sessionId: string): Promise<string[]> {
  return shown(await hub.snapshot(sessionId));
}

function json<Schema extends DescMessage>(schema: Schema, message: object): string {
  return toJsonString(schema, create(schema, message as never));
}
