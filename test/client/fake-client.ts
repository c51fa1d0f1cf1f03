import { type Client, type ConnectOptions, connect } from "@sessionstream/runtime/client";
import { chatClient } from "../../examples/chatdemo/src/client-projection.js";
import { ChatMessage, type chat } from "../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { FakeNetwork } from "./fake-server.js";

export interface FakeConnected {
  readonly network: FakeNetwork;
  readonly client: Client<typeof chat>;
  readonly errors: string[];
}

/** A client of the chat on a network under the test's control. */
export function connectFake(
  options: Partial<ConnectOptions<typeof chat | typeof chatClient>> = {},
  network = new FakeNetwork(),
): FakeConnected {
  const errors: string[] = [];
  const client = connect<typeof chat | typeof chatClient>("ws://server.test/ws?token=secret", {
    features: [chatClient],
    webSocket: network.webSocket,
    onError: (error) => errors.push(error.message),
    ...options,
  });
  return { network, client, errors };
}

/** What a session shows: the texts of its messages in order. */
export function texts({ timeline }: ReturnType<Client<typeof chat>["session"]>): string[] {
  return timeline.list(ChatMessage).map(({ text }) => text);
}

/** A client that follows the session "s", connected to a server with these extensions. */
export function follow(options?: Parameters<typeof connectFake>[0], extensions: readonly string[] = []) {
  const fake = connectFake({ reconnect: { first: 100, longest: 1600 }, ...options });
  const session = fake.client.session("s");
  fake.network.last.accept(...extensions);
  return { ...fake, session, say: (frame: unknown) => fake.network.last.say(frame) };
}

/** What the client of `follow` asks with. */
export function subscribe(since?: number) {
  return { subscribe: { sessionId: "s", ...(since !== undefined && { sinceSnapshotOrdinal: String(since) }) } };
}

/** What it asks a server with that has "resume". */
export function resume(since?: number, epoch?: string) {
  return { subscribe: { ...subscribe(since).subscribe, resume: true, ...(epoch !== undefined && { epoch }) } };
}
