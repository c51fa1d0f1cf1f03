// A process of the deployment console: node console-process.mjs OPTIONS
//
// OPTIONS is JSON: { file, port, policy, without, retired }. Serves WebSockets and HTTP on loopback, at the
// port or at a free one, and says { ready, port }. Answers messages { id, do, … } as `deeds` has them, and
// says what it hears of the sessions that it follows: { session, heard }.

import { createServer } from "node:http";
import { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { consoleOf } from "../fixtures/console.js";
import {
  ConsoleLineWritten,
  ConsoleMember,
  ConsoleMemberAdded,
  ConsoleStep,
  ConsoleStepAsked,
  ConsoleStepPaused,
  ConsoleStepRemoved,
} from "../fixtures/gen/console/v1/console_sessionstream.js";

const { file, port, policy, without, retired } = JSON.parse(process.argv[2]);

/** Whether timeline projections of lines with an X fail. */
let isBroken = false;

const reports = [];
const hub = new Hub({
  features: [
    consoleOf({
      without,
      retired,
      isBroken: ({ name, payload }) => isBroken && name === "ConsoleLineWritten" && payload.line.includes("X"),
    }),
  ],
  // Processes are killed here, but no power is lost.
  store: sqliteStore(file, { synchronous: "normal" }),
  onProjectionError: { timeline: policy },
  onError: ({ step, name, error }) => reports.push({ step, name, code: error?.code, message: String(error?.message) }),
});

const access = {
  authenticate({ request, token = new URL(request.url).searchParams.get("token") }) {
    return { identity: { id: token ?? "nobody" } };
  },
  // Once somebody is a member, only members may do anything.
  authorize({ identity, action, view }) {
    if (action.type === "connect" || view.list(ConsoleMember).length === 0) return true;
    return view.get(ConsoleMember, identity.id) !== undefined;
  },
};
const transport = webSocketTransport(hub, access);
const server = createServer(nodeListener(httpHandler(hub, { ...access, onError: () => {} })));
transport.attach(server);

const events = {
  asked: ConsoleStepAsked,
  line: ConsoleLineWritten,
  removed: ConsoleStepRemoved,
  paused: ConsoleStepPaused,
  member: ConsoleMemberAdded,
};

const unfollow = new Map();

const deeds = {
  /** Publishes events, given as [kind, payload], at once. Tells the ordinals, or what one failed with. */
  publish: ({ session, given }) =>
    Promise.all(
      given.map(([kind, payload]) =>
        hub.publish(session, events[kind], payload).then(
          ({ ordinal }) => ordinal,
          (error) => error.code,
        ),
      ),
    ),
  /** From now on it says what it hears of the session, and when. Tells where a follower begins. */
  async follow({ session }) {
    unfollow.set(
      session,
      hub.follow(session, (batch) => process.send({ session, heard: heardOf(batch) })),
    );
    return begin(session);
  },
  unfollow({ session }) {
    unfollow.get(session)?.();
    unfollow.delete(session);
  },
  /** Tells where a follower begins that must start over. */
  begin: ({ session }) => begin(session),
  break: ({ broken }) => {
    isBroken = broken;
  },
  async repair({ session, how }) {
    // A rebuild while it is broken leaves the old timeline.
    return hub[how](session).then(
      ({ cursor, stop }) => ({ cursor, stop }),
      (error) => error.code,
    );
  },
  async status({ session }) {
    const { ordinal, cursor, stop } = await hub.session(session);
    return { ordinal, cursor, stop };
  },
  /** The steps as this process has them in memory. */
  async steps({ session }) {
    return (await hub.timeline(session)).list(ConsoleStep).map(plain);
  },
  async snapshot({ session }) {
    const snapshot = await hub.snapshot(session);
    return { ordinal: snapshot.ordinal, steps: snapshot.list(ConsoleStep).map(plain) };
  },
  reports: () => reports,
};

async function begin(session) {
  const hydration = await hub.hydrate(session);
  const { snapshot, stop } = hydration;
  const missed = [];
  for await (const batch of hydration.missed()) missed.push(heardOf(batch));
  return { ordinal: snapshot.ordinal, missed, stop };
}

function heardOf({ ordinal, isReset, events }) {
  return { ordinal, isReset, shown: events.map(shownOf).join(), at: Date.now() };
}

function shownOf({ name, payload: { stepId, state = "", by = "", line = "" } }) {
  return `${name} ${stepId} ${state} ${by} ${line}`;
}

function plain({ stepId, state, by, lines }) {
  return `${stepId} ${state} ${by} ${lines}`;
}

process.on("message", async ({ id, ...request }) => {
  try {
    process.send({ id, answer: await deeds[request.do](request) });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.on("disconnect", () => process.exit());
server.listen(port ?? 0, "127.0.0.1", () => process.send({ ready: true, port: server.address().port }));
