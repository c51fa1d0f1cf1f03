import { Hub, type HubOptions, memoryStore } from "@sessionstream/runtime";
import { connect } from "@sessionstream/runtime/client";
import { httpHandler } from "@sessionstream/runtime/http";
import { failingStore, given } from "@sessionstream/runtime/testing";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { describe, expect, test } from "vitest";
import { LabNoteSet, LabSweep, LabWork, lab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";

// Each number that can be given as an option, with numbers that it cannot be. What goes to a
// timer fires at once beyond 2^31 - 1 milliseconds, and what is NaN compares with nothing.

const noNumbers = [Number.NaN, -1, Number.NEGATIVE_INFINITY, "5", null];
const noTimes = [...noNumbers, 2 ** 31, Number.POSITIVE_INFINITY];

const features = [labOf()];
const hubOf = (options: object) => new Hub({ features, ...options } as HubOptions);
const client = (options: object) => connect("ws://127.0.0.1:1/ws", { features: [lab], ...options });

const made: [string, readonly unknown[], (value: unknown) => unknown][] = [
  ["hub option lease", noTimes, (lease) => hubOf({ lease })],
  ["hub option keepIdle", noNumbers, (keepIdle) => hubOf({ keepIdle })],
  ["hub option runs.atOnce", [...noNumbers, 0], (atOnce) => hubOf({ runs: { atOnce } })],
  ["hub option runs.keepEnded", noNumbers, (keepEnded) => hubOf({ runs: { keepEnded } })],
  ["close option grace", noTimes, (grace) => hubOf({}).close({ grace } as never)],
  ...["maxFrameBytes", "maxSubscriptions", "maxHeldEvents", "maxBufferedBytes", "lagTimeout", "pingInterval"].map(
    (name): (typeof made)[number] => [
      `WebSocket transport option ${name}`,
      [...noTimes, 0],
      (value) => webSocketTransport(hubOf({}), { [name]: value }),
    ],
  ),
  [
    "HTTP handler option maxBodyBytes",
    [...noNumbers, 0],
    (maxBodyBytes) => httpHandler(hubOf({}), { maxBodyBytes } as never),
  ],
  ...["connectTimeout", "pingInterval"].map((name): (typeof made)[number] => [
    `client option ${name}`,
    [...noTimes, 0],
    (value) => client({ [name]: value }),
  ]),
  ["client option reconnect.first", [...noTimes, 0], (first) => client({ reconnect: { first } })],
  ["client option reconnect.longest", [...noTimes, 0], (longest) => client({ reconnect: { longest } })],
  ["client option retryFor", noNumbers, (retryFor) => client({ retryFor })],
  [
    "failNext option times",
    [...noNumbers, 0, 1.5, Number.POSITIVE_INFINITY],
    (times) => failingStore(memoryStore()).failNext("commit", { times } as never),
  ],
  ["hub option lease", noTimes, (lease) => given(labOf(), [], { lease } as never).when(LabWork, {})],
  [
    "background option timeout",
    noTimes,
    async (timeout) => {
      const work = labOf({ work: ({ background }) => background("b", async () => {}, { timeout } as never) });
      await new Hub({ features: [work] }).submit("s", LabWork, {});
    },
  ],
  ["coalesce option within", [...noTimes, 0], (within) => coalescing({ within })],
  ["coalesce option every", [...noNumbers, 0, 1.5], (every) => coalescing({ every })],
];

/** What a run fails with that merges events. */
async function coalescing(options: object): Promise<void> {
  const run = ({ coalesce }: { coalesce: (...args: unknown[]) => unknown }) =>
    void coalesce(LabNoteSet, (a: unknown) => a, options);
  const hub = new Hub({ features: [labOf({ runs: { sweep: { run: run as never } } })], onError: () => {} });
  await hub.start("s", LabSweep, {}, { id: "r" });
  await hub.waitIdle("s");
  const [info] = await hub.runs("s");
  await hub.close();
  if (info?.outcome?.status !== "failed") return;
  throw Object.assign(new Error(info.outcome.message), { code: info.outcome.code });
}

describe.each(made)("%s", (owner, values, make) => {
  test.each(values)("is not %j", async (value) => {
    const refused = { code: "INVALID_OPTION", message: expect.stringContaining(`${owner}: got `) };
    await expect(async () => make(value)).rejects.toMatchObject(refused);
  });
});
