import { Hub, isRejected } from "@sessionstream/runtime";
import type { Client } from "@sessionstream/runtime/client";
import { event, feature } from "@sessionstream/runtime/codegen";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { StepAskedEventSchema, StepConfirmedEventSchema } from "../fixtures/gen/console/v1/console_pb.js";
import {
  ConsoleApprove,
  ConsoleAsk,
  ConsoleDismiss,
  ConsoleMember,
  ConsoleStep,
  type console,
} from "../fixtures/gen/console/v1/console_sessionstream.js";
import { newFile, readAll } from "../fixtures/stores.js";
import { until } from "../fixtures/until.js";
import { ConsoleProcess } from "./console-process.js";
import { connectConsole, Screen } from "./screen.js";
import { startConsoles } from "./start-consoles.js";

// What a deployment console needs: two processes on one file, with a client each.

let processes: readonly [ConsoleProcess, ConsoleProcess];

beforeAll(async () => {
  const file = newFile();
  processes = await Promise.all([ConsoleProcess.start({ file }), ConsoleProcess.start({ file })]);
});

afterAll(async () => {
  for (const process of processes) await process.kill();
});

function clientOf({ port }: ConsoleProcess, who: string): Client<typeof console> {
  const client = connectConsole(port, who);
  onTestFinished(() => client.close());
  return client;
}

/** A client of each process that shows the session. */
async function screensOf(session: string) {
  const screens = [
    new Screen(clientOf(processes[0], "anna"), session, "anna's"),
    new Screen(clientOf(processes[1], "ben"), session, "ben's"),
  ] as const;
  await until(() => screens.every(({ session }) => session.isHydrated), "both have their snapshots");
  return screens;
}

async function inStep(session: string, screens: readonly Screen[]): Promise<void> {
  const want = (await processes[0].snapshot(session)).steps.join("\n");
  await until(() => screens.every(({ steps }) => steps.join("\n") === want), "both show what is stored");
  expect(screens.flatMap(({ wrong }) => wrong)).toEqual([]);
}

test("of two who approve and dismiss a step at once, one wins, and the other is told who", async () => {
  const screens = await screensOf("once");
  const [anna, ben] = screens.map(({ session }) => session) as [Screen["session"], Screen["session"]];
  const winners = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const stepId = `step ${round}`;
    await (round % 2 === 0 ? anna : ben).submit(ConsoleAsk, { stepId });
    const outcomes = await Promise.allSettled([
      anna.submit(ConsoleApprove, { stepId }),
      ben.submit(ConsoleDismiss, { stepId }),
    ]);
    const lost = outcomes.filter((outcome) => outcome.status === "rejected").map(({ reason }) => reason);
    expect(lost).toHaveLength(1);
    const hasAnnaWon = outcomes[0].status === "fulfilled";
    winners.add(hasAnnaWon ? "anna" : "ben");
    const [error] = lost;
    if (!isRejected(error, ConsoleApprove) && !isRejected(error, ConsoleDismiss)) throw error;
    const { code, detail } = error.rejection as { code: string; detail?: object };
    expect([code, detail]).toMatchObject([
      "STEP_CLOSED",
      hasAnnaWon ? { state: "approved", by: "anna" } : { state: "dismissed", by: "ben" },
    ]);
  }
  await inStep("once", screens);
  // Asked for once and decided once, each.
  expect((await processes[1].status("once")).ordinal).toBe(40n);
});

test("who approved a step is known, and one who is no member is refused, at whichever process they were added", async () => {
  await processes[0].publish("members", [["member", { memberId: "anna" }]]);
  const anna = clientOf(processes[0], "anna").session("members");
  await anna.submit(ConsoleAsk, { stepId: "deploy" });

  const eve = clientOf(processes[1], "eve").session("members");
  const forbidden = { code: "FORBIDDEN" };
  await expect(eve.submit(ConsoleApprove, { stepId: "deploy" })).rejects.toMatchObject(forbidden);
  await expect(eve.snapshot()).rejects.toMatchObject(forbidden);
  await until(() => eve.refusal !== undefined, "she may not follow it");
  expect([eve.refusal?.code, eve.isHydrated]).toEqual(["REFUSED", false]);

  const ben = clientOf(processes[1], "ben");
  await expect(ben.session("members").submit(ConsoleApprove, { stepId: "deploy" })).rejects.toMatchObject(forbidden);
  await processes[0].publish("members", [["member", { memberId: "ben" }]]);
  await ben.session("members").submit(ConsoleApprove, { stepId: "deploy" });
  expect((await anna.snapshot()).get(ConsoleStep, "deploy")).toMatchObject({ state: "approved", by: "ben" });
});

test("two processes with a client each: both see the same in the same order", async () => {
  const screens = await screensOf("order");
  await Promise.all(
    screens.flatMap(({ session }, who) =>
      Array.from({ length: 30 }, (_, number) => session.submit(ConsoleAsk, { stepId: `${who} ${number}` })),
    ),
  );
  await until(() => screens.every(({ shown }) => shown.size === 60), "both have heard all");
  expect([...screens[0].shown]).toEqual([...screens[1].shown]);
  expect([...screens[0].shown.keys()]).toEqual(Array.from({ length: 60 }, (_, index) => BigInt(index + 1)));
  await inStep("order", screens);
});

test("a client whose process is killed goes on at another one from where it was", async () => {
  const file = newFile();
  const [stays, goes] = await startConsoles([{ file }, { file }]);
  await stays.publish("s", [["asked", { stepId: "a", by: "ben" }]]);
  const screen = new Screen(clientOf(goes, "anna"), "s", "anna's");
  await until(() => screen.session.isHydrated, "it has a snapshot");
  await goes.kill();
  await stays.publish("s", [["line", { stepId: "a", line: "meanwhile;" }]]);
  const [comes] = await startConsoles([{ file, port: goes.port }]);
  await until(() => screen.steps.join() === "a open ben meanwhile;", "it shows what it missed");
  expect(screen.session.hydration).toMatchObject({ mode: "delta" });
  await comes.publish("s", [["line", { stepId: "a", line: "then;" }]]);
  await until(() => screen.steps.join() === "a open ben meanwhile;then;", "it goes on");
  expect(screen.wrong).toEqual([]);
});

const confirmed = "ConsoleStepConfirmed";

/** Writes what the first programs wrote: a step that is asked for, and confirmed by ben. */
async function writeThen(file: string): Promise<void> {
  const Asked = event("ConsoleStepAsked", StepAskedEventSchema);
  const Confirmed = event(confirmed, StepConfirmedEventSchema);
  const desc = feature("Console", { events: [Asked, Confirmed], timelineEntities: [ConsoleStep, ConsoleMember] });
  const hub = new Hub({
    features: [
      {
        desc,
        timeline: ({ name, payload }) => {
          const { stepId, by = "", user = "" } = payload as { stepId?: string; by?: string; user?: string };
          const isOpen = name === "ConsoleStepAsked";
          return [ConsoleStep.put({ stepId, state: isOpen ? "open" : "approved", by: isOpen ? by : user })];
        },
      },
    ],
    store: sqliteStore(file),
  });
  await hub.publish("s", Asked, { stepId: "deploy", by: "anna" });
  await hub.publish("s", Confirmed, { stepId: "deploy", user: "ben" });
  await hub.close();
}

test("an event that was renamed without care stops the timeline and is named, and nothing vanishes", async () => {
  const file = newFile();
  await writeThen(file);
  const [careless] = await startConsoles([{ file, without: [confirmed] }]);
  const stop = { ordinal: 2n, name: confirmed, reason: "unknown" };
  expect(await careless.status("s")).toMatchObject({ ordinal: 2n, stop });
  expect(await careless.reports()).toMatchObject([{ step: "decode", name: confirmed, code: "UNKNOWN_NAME" }]);
  const screen = new Screen(clientOf(careless, "anna"), "s", "anna's");
  await until(() => screen.session.isHydrated, "the client has a snapshot");
  expect(screen.session.hydration).toMatchObject({ mode: "reset", stop });
  // What was folded then is still shown, and what comes now is kept.
  expect(screen.steps).toEqual(["deploy approved ben "]);
  expect(await careless.publish("s", [["line", { stepId: "deploy", line: "on;" }]])).toEqual([3n]);
  await expect(screen.session.submit(ConsoleDismiss, { stepId: "deploy" })).rejects.toMatchObject({ code: "INTERNAL" });
  await careless.kill();
  const store = sqliteStore(file);
  expect((await readAll(store, "s")).map(({ name }) => name)).toEqual([
    "ConsoleStepAsked",
    confirmed,
    "ConsoleLineWritten",
  ]);
  expect(await store.errors("s")).toEqual([]);
  await store.close();
});

test.each([
  ["superseded by the new one: the approval is there", {}, ["deploy approved ben on;"]],
  ["retired: it is passed over", { without: [confirmed], retired: [confirmed] }, ["deploy open anna on;"]],
])("such an event, %s", async (_, mended, steps) => {
  const file = newFile();
  await writeThen(file);
  const [careless] = await startConsoles([{ file, without: [confirmed] }]);
  await careless.publish("s", [["line", { stepId: "deploy", line: "on;" }]]);
  await careless.kill();
  const [process] = await startConsoles([{ file, ...mended }]);
  expect(await process.repair("s", "rebuild")).toEqual({ cursor: 3n, stop: undefined });
  expect(await process.status("s")).toEqual({ ordinal: 3n, cursor: 3n, stop: undefined });
  expect(await process.steps("s")).toEqual(steps);
  const screen = new Screen(clientOf(process, "anna"), "s", "anna's");
  await until(() => screen.session.isHydrated, "the client has a snapshot");
  expect([screen.steps, screen.session.hydration?.stop]).toEqual([steps, undefined]);
  await screen.session.submit(ConsoleAsk, { stepId: "next" });
});
