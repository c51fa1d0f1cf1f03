import fc from "fast-check";
import { expect, test } from "vitest";
import { Role } from "../../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import {
  ChatMessage,
  ChatStartInference,
  ChatStopInference,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { cases } from "../../fixtures/cases.js";
import { filePlace, newFile } from "../../fixtures/stores.js";
import { until, within } from "../../fixtures/until.js";
import { type ChatSession, connectChat, shown, stored } from "./chat-client.js";
import { ChatServer } from "./chat-server.js";

// Laws 5 and 8 over the whole way: store, hub, WebSocket and HTTP, client.

type Step =
  | { readonly do: "prompt"; readonly client: number; readonly session: number; readonly length: number }
  | { readonly do: "stop"; readonly client: number; readonly session: number }
  | { readonly do: "cut" }
  | { readonly do: "leave" | "join"; readonly client: number; readonly session: number }
  | { readonly do: "restart" }
  | { readonly do: "wait"; readonly time: number };

const sessionIds = ["s0", "ünïcode/🙂"] as const;
const client = fc.nat({ max: 2 });
const session = fc.nat({ max: 1 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("prompt" as const), client, session, length: fc.nat({ max: 150 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("stop" as const), client, session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("cut" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("leave" as const, "join" as const), client, session }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), time: fc.nat({ max: 25 }) }) },
);

test("after any history, each client shows what is stored, whether it ever left or not, and each prompt is there once", async () => {
  await fc.assert(
    fc.asyncProperty<[readonly Step[]]>(fc.array(step, { minLength: 1, maxLength: 14 }), (steps) => live(steps)),
    { ...cases(14, 12_000), examples: [[firstCommandIsLost]] },
  );
});

/** The first command of the process loses its connection before it is sent. */
const firstCommandIsLost: readonly Step[] = [
  { do: "cut" },
  { do: "prompt", client: 1, session: 1, length: 101 },
  { do: "wait", time: 4 },
  { do: "prompt", client: 1, session: 0, length: 127 },
  { do: "cut" },
  { do: "restart" },
  { do: "prompt", client: 1, session: 0, length: 93 },
  { do: "wait", time: 13 },
  { do: "stop", client: 2, session: 1 },
  { do: "prompt", client: 1, session: 0, length: 136 },
  { do: "join", client: 0, session: 1 },
];

async function live(steps: readonly Step[]): Promise<void> {
  const server = new ChatServer(filePlace(newFile()));
  await server.start();
  const errors: Error[] = [];
  const clients = [0, 1, 2].map(() => connectChat(server.url, errors));
  // The first client follows all sessions from beginning to end.
  const sessionOf = (step: { client: number; session: number }) =>
    clients[step.client]?.session(sessionIds[step.session] ?? "s0") as ChatSession;
  for (const id of sessionIds) clients[0]?.session(id);
  try {
    const submitted: Promise<unknown>[] = [];
    const prompts = new Map<string, string[]>(sessionIds.map((id) => [id, []]));
    for (const step of steps) {
      switch (step.do) {
        case "prompt": {
          const session = sessionOf(step);
          const prompt = `${submitted.length} ${"x".repeat(step.length)}`;
          prompts.get(session.sessionId)?.push(prompt);
          submitted.push(session.submit(ChatStartInference, { prompt }));
          break;
        }
        case "stop":
          submitted.push(sessionOf(step).submit(ChatStopInference, {}));
          break;
        case "cut":
          server.cutConnections();
          break;
        case "join":
          sessionOf(step);
          break;
        case "leave":
          if (step.client > 0) sessionOf(step).close();
          break;
        case "restart":
          await server.stop();
          await server.start();
          break;
        case "wait":
          await new Promise((resolve) => setTimeout(resolve, step.time));
      }
    }
    // However often the connection was lost or the server stopped.
    await within(10_000, "all commands are answered", Promise.all(submitted));
    for (const id of sessionIds) {
      const sessions = clients.map((each) => each.session(id));
      await settled(server, id, sessions);
      const asked = sessions[0]?.timeline.list(ChatMessage).filter(({ role }) => role === Role.USER) ?? [];
      expect(asked.map(({ text }) => text).sort()).toEqual(prompts.get(id)?.sort());
    }
    expect(errors.filter(({ message }) => !message.startsWith("cannot connect"))).toEqual([]);
  } finally {
    for (const each of clients) each.close();
    await server.stop();
  }
}

async function settled(server: ChatServer, id: string, sessions: readonly ChatSession[]): Promise<void> {
  // A server that has just started may not have taken the answers yet that the one before gave up.
  const isOver = async () => {
    while ((await server.hub.runs(id, { isOpen: true })).length > 0) await new Promise((done) => setTimeout(done, 5));
  };
  await within(10_000, "no answer is going on any more", isOver());
  await within(10_000, "nothing is going on any more", server.hub.waitIdle(id));
  const want = await stored(server.hub, id);
  const isInStep = ({ isHydrated, timeline }: ChatSession) =>
    isHydrated && shown(timeline).join("\n") === want.join("\n");
  await until(() => sessions.every(isInStep), "all are in step", 3000).catch(() => {});
  for (const { isHydrated, timeline } of sessions) expect([isHydrated, shown(timeline)]).toEqual([true, want]);
}
