import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorReport, Hub } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../../test/fixtures/lab.js";
import { places } from "../../../../test/fixtures/stores.js";

describe.each(places)("opening a session in %s", (_name, make) => {
  test("features hear once that a session is in memory, before its first command is handled", async () => {
    const heard: string[] = [];
    const feature = {
      ...labOf({ work: () => void heard.push("command") }),
      async opened({ session }: { session: { id: string } }) {
        await sleep(5);
        heard.push(`opened ${session.id}`);
      },
    };
    const hub = new Hub({ features: [feature], store: make().open() });
    await Promise.all([hub.submit("a", LabWork, {}), hub.submit("a", LabWork, {})]);
    await hub.submit("b", LabWork, {});
    expect(heard).toEqual(["opened a", "command", "command", "opened b", "command"]);
    await hub.close();
  });

  test("what is published on opening is durable before the first command, and the view shows the timeline", async () => {
    const place = make();
    const before = new Hub({ features: [labOf()], store: place.open() });
    await before.publish("s", LabCounterAdded, { name: "c", amount: 2n });
    await before.close();
    const totals: (bigint | undefined)[] = [];
    const hub = new Hub({
      features: [
        {
          ...labOf(),
          opened({ view, publish }) {
            totals.push(view.get(LabCounter, "c")?.total);
            // Not waited for.
            void publish(LabCounterAdded, { name: "c", amount: 1n });
          },
        },
      ],
      store: place.open(),
    });
    expect(await hub.submit("s", LabWork, {})).toEqual({ ordinal: 2n });
    expect(totals).toEqual([2n]);
    expect((await hub.snapshot("s")).get(LabCounter, "c")?.total).toBe(3n);
    await hub.close();
  });

  test("who begins to follow a session opens it", async () => {
    const hub = new Hub({
      features: [{ ...labOf(), opened: async ({ publish }) => void (await publish(LabTrace, { text: "opened" })) }],
      store: make().open(),
    });
    expect((await hub.hydrate("s")).snapshot.ordinal).toBe(0n);
    await hub.waitIdle("s");
    expect((await hub.events("s")).map(({ name }) => name)).toEqual(["LabTrace"]);
    await hub.close();
  });

  test("a failure on opening is reported, and commands go on", async () => {
    const reports: ErrorReport[] = [];
    const fails = () => {
      throw new Error("no");
    };
    const hub = new Hub({
      features: [{ ...labOf(), opened: fails }],
      store: make().open(),
      onError: (report) => reports.push(report),
    });
    await hub.submit("s", LabWork, {});
    expect(reports).toMatchObject([{ step: "opened", sessionId: "s", error: new Error("no") }]);
    await hub.close();
  });
});
