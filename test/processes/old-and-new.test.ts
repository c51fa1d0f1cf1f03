import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { newFile, readAll } from "../fixtures/stores.js";
import { until } from "../fixtures/until.js";
import type { ConsoleProcess, Given } from "./console-process.js";
import { foldConsole } from "./plain-console.js";
import { connectConsole, Screen } from "./screen.js";
import { startConsoles } from "./start-consoles.js";

// An older program and a newer one on one file, while a new release comes in: the older one does not know the
// event ConsoleStepPaused.

const paused = "ConsoleStepPaused";
const without = [paused];
const line = (text: string): Given => ["line", { stepId: "a", line: text }];

function screenAt({ port }: ConsoleProcess, name: string): Screen {
  const client = connectConsole(port);
  onTestFinished(() => client.close());
  return new Screen(client, "s", name);
}

test("the old one stops before what it does not know and says so, both publish, and the new one folds on", async () => {
  const file = newFile();
  const store = sqliteStore(file);
  onTestFinished(() => store.close());
  const [old, today] = await startConsoles([{ file, without }, { file }]);
  await today.publish("s", [["asked", { stepId: "a", by: "anna" }], line("1;")]);
  const screens = [screenAt(old, "old"), screenAt(today, "new")] as const;
  await until(() => screens.every(({ session }) => session.isHydrated), "both have their snapshots");
  await old.publish("s", [line("2;")]);
  await until(() => screens.every(({ steps }) => steps.join() === "a open anna 1;2;"), "both show the same");

  expect(await today.publish("s", [["paused", { stepId: "a" }]])).toEqual([4n]);
  const stop = { ordinal: 4n, name: paused, reason: "unknown" };
  await until(() => screens[0].session.hydration?.stop !== undefined, "the client of the old one is told");
  expect(screens[0].session.hydration).toMatchObject({ mode: "reset", reason: "stalled", stop });
  // It shows what is stored: the old one asks the new one to store what it folded.
  await until(() => screens[0].steps.join() === "a paused anna 1;2;", "the client of the old one shows what is stored");

  // Both go on.
  const published = await Promise.all([0, 1, 2, 3].map((n) => (n % 2 ? old : today).publish("s", [line(`${n};`)])));
  expect(published.flat().sort()).toEqual([5n, 6n, 7n, 8n]);
  const { cursor, ...rest } = await old.status("s");
  expect(rest).toEqual({ ordinal: 8n, stop });
  expect(cursor).toBeGreaterThanOrEqual(4n);
  expect(await today.status("s")).toEqual({ ordinal: 8n, cursor: 8n, stop: undefined });
  const log = await readAll(store, "s");
  const { steps } = foldConsole(log);
  expect(steps[0]).toMatch(/^a paused anna 1;2;/);
  expect(await today.steps("s")).toEqual(steps);
  await until(() => screens[1].steps.join() === steps.join(), "the client of the new one shows it");
  // The old one's hears what is known there, and shows its lines, though its server's timeline stands.
  await until(() => screens[0].shown.has(8n), "the client of the old one hears the rest");
  expect([...screens[0].wrong, ...screens[1].wrong]).toEqual([]);

  expect(await old.reports()).toEqual([
    {
      step: "decode",
      name: paused,
      code: "UNKNOWN_NAME",
      message: expect.stringContaining(`"${paused}" at ordinal 4`),
    },
  ]);
  expect(await today.reports()).toEqual([]);

  // Nothing of the stop is stored.
  await today.publish("s", [line("last;")]);
  expect(await store.errors("s")).toEqual([]);
  // Once the session is quiet, the new one stores it.
  await vi.waitFor(
    async () => expect(await store.session("s")).toMatchObject({ ordinal: 9n, cursor: 9n, failedAt: undefined }),
    { timeout: 10_000 },
  );
  expect((await today.snapshot("s")).steps).toEqual(foldConsole(await readAll(store, "s")).steps);

  // Started again, on a timeline that the new one has folded beyond the event.
  await old.kill();
  const [again] = await startConsoles([{ file, without, port: old.port }]);
  expect(await again.status("s")).toMatchObject({ ordinal: 9n, stop });
  expect(await again.reports()).toMatchObject([{ step: "decode", name: paused, code: "UNKNOWN_NAME" }]);
  const late = screenAt(again, "again");
  await until(() => late.session.isHydrated, "a client of it has its snapshot");
  expect(late.session.hydration?.stop).toEqual(stop);
  expect(await again.publish("s", [line("old;")])).toEqual([10n]);
  expect(await today.status("s")).toMatchObject({ ordinal: 10n, cursor: 10n });

  // Told that the name is no more, it passes over the event.
  await again.kill();
  const [retired] = await startConsoles([{ file, without, retired: [paused], port: old.port }]);
  expect(await retired.status("s")).toEqual({ ordinal: 10n, cursor: 10n, stop: undefined });
  expect(await retired.reports()).toEqual([]);
  expect(await retired.steps("s")).toEqual(await today.steps("s"));
});

test("whatever both publish at once, the log is whole, and the new one's timeline is the fold of it", async () => {
  const file = newFile();
  const store = sqliteStore(file);
  onTestFinished(() => store.close());
  const [old, today] = await startConsoles([{ file, without }, { file }]);
  const sessions = Array.from({ length: 6 }, (_, number) => `s${number}`);
  const publishing = sessions.map(async (session, index) => {
    const told: (bigint | string)[] = [];
    for (let turn = 0; turn < 8; turn++) {
      const both = await Promise.all([
        old.publish(session, [line(`o${turn};`), ["asked", { stepId: `b${turn}`, by: "old" }]]),
        today.publish(session, [line(`n${turn};`), turn === index ? ["paused", { stepId: "a" }] : line("+;")]),
      ]);
      told.push(...both.flat());
    }
    return told;
  });
  const acknowledged = await Promise.all(publishing);
  for (const [index, session] of sessions.entries()) {
    const log = await readAll(store, session);
    const ordinals = log.map((_, at) => BigInt(at + 1));
    expect(log.map(({ ordinal }) => ordinal)).toEqual(ordinals);
    expect((acknowledged[index] as bigint[]).toSorted((a, b) => Number(a - b))).toEqual(ordinals);
    const at = log.find(({ name }) => name === paused)?.ordinal ?? 0n;
    expect(await old.status(session)).toMatchObject({ stop: { ordinal: at, name: paused, reason: "unknown" } });
    expect(await today.status(session)).toMatchObject({ cursor: 32n, stop: undefined });
    expect(await today.steps(session)).toEqual(foldConsole(log).steps);
    expect((await today.snapshot(session)).steps).toEqual(foldConsole(log).steps);
  }
});
