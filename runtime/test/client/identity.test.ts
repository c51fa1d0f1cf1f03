import { createServer } from "node:http";
import {
  type AccessOptions,
  type AccessRequest,
  type CommandContext,
  Hub,
  type Identity,
} from "@sessionstream/runtime";
import { connect } from "@sessionstream/runtime/client";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { LabNote, LabNoteSet, LabWork, lab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";
import { listenOn, stop } from "../../../test/fixtures/loopback.js";

const endings: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A server with both transports, and a client that signs in with a cookie. */
async function served(access: AccessOptions) {
  const handledFor: Identity[] = [];
  const work = async ({ identity, publish }: CommandContext) => {
    handledFor.push(identity);
    await publish(LabNoteSet, { number: 1, text: identity?.id ?? "" });
  };
  const hub = new Hub({ features: [labOf({ work })], onError: () => {} });
  const server = createServer(nodeListener(httpHandler(hub, { ...access, onError: () => {} })));
  const transport = webSocketTransport(hub, access);
  transport.attach(server);
  const at = `127.0.0.1:${await listenOn(server, 0)}`;
  const headers = { cookie: "user=ann" };
  class SignedIn extends WebSocket {
    constructor(url: string) {
      super(url, { headers });
    }
  }
  const errors: string[] = [];
  const client = connect(`ws://${at}/ws`, {
    features: [lab],
    http: `http://${at}/api`,
    webSocket: SignedIn,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...(init?.headers as object), ...headers } }),
    reconnect: { first: 10 },
    onError: ({ message }) => errors.push(message),
  });
  endings.push(
    () => stop(server),
    () => hub.close(),
    () => transport.close(),
    () => client.close(),
  );
  return { hub, client, transport, handledFor, errors };
}

test("both transports establish the same identity, of the same request", async () => {
  const requests: AccessRequest[] = [];
  const { client, handledFor } = await served({
    authenticate: ({ request }) => {
      requests.push(request);
      return { identity: { id: request.headers.get("cookie")?.slice("user=".length) ?? "" } };
    },
    authorize: ({ identity, action, view }) =>
      action.type !== "read" ? identity?.id === "ann" : view.get(LabNote, 1)?.text === identity?.id,
  });
  const session = client.session("s");
  await session.submit(LabWork, {});
  expect((await session.snapshot()).get(LabNote, 1)?.text).toBe("ann");
  expect(handledFor).toEqual([{ id: "ann" }]);
  await vi.waitFor(() => expect(session.isHydrated).toBe(true));
  const seen = requests.map(({ url, remoteAddress }) => [new URL(url).pathname, remoteAddress]).sort();
  expect(seen).toEqual([
    ["/api/sessions/s/commands/LabWork", "127.0.0.1"],
    ["/api/sessions/s/snapshot", "127.0.0.1"],
    ["/ws", "127.0.0.1"],
  ]);
});

test("a client whose identity expires connects again, and goes on from what it has", async () => {
  let lasts = 500;
  let times = 0;
  const { hub, client, errors } = await served({
    authenticate: () => {
      times++;
      return { identity: { id: "ann" }, expiresAt: Date.now() + lasts };
    },
  });
  const session = client.session("s");
  await hub.publish("s", LabNoteSet, { number: 1, text: "before" });
  await vi.waitFor(() => expect(session.isHydrated).toBe(true));
  lasts = 60_000;
  await vi.waitFor(() => expect(times).toBe(2));
  await hub.publish("s", LabNoteSet, { number: 1, text: "after" });
  await vi.waitFor(() => expect([client.state, session.hydration?.mode]).toEqual(["open", "delta"]));
  expect(errors).toEqual([]);
});

test("a client learns of what it may not do, and tries again where the server failed", async () => {
  let answer = (): boolean => {
    throw new Error("the user database is down");
  };
  const { client, errors } = await served({ authorize: ({ action }) => action.type === "connect" || answer() });
  const session = client.session("s");
  await vi.waitFor(() => expect(session.refusal?.message).toContain("internal"));
  await expect(session.submit(LabWork, {})).rejects.toMatchObject({ code: "INTERNAL" });
  answer = () => true;
  await vi.waitFor(() => expect(session.isHydrated).toBe(true));
  answer = () => false;
  await expect(session.submit(LabWork, {})).rejects.toMatchObject({
    code: "FORBIDDEN",
    message: "the command may not be submitted",
  });
  expect(new Set(errors)).toEqual(new Set(["the server says internal: the subscription failed in the server"]));
});
