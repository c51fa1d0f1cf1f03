import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteSet,
  LabTold,
  LabTrace,
  LabWork,
  lab,
} from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import type { LabSwitches } from "../../../test/fixtures/lab.js";
import { watched } from "./watched.js";

const work: LabSwitches["work"] = async ({ publish, payload }) => {
  await publish(LabNoteSet, { number: 1, text: "" });
  publish(LabNoteSet, { number: 1, text: payload.task });
};

describe("a client within the process", () => {
  test("sees live UI events of its session and of one name, and the snapshot", async () => {
    const { hub } = watched();
    const client = hub.client("mine", lab);
    const seen: unknown[] = [];
    const times: unknown[] = [];
    const end = client.on(LabTold, ({ name, ordinal, payload, time, cause }) => {
      seen.push([name, ordinal, payload.event]);
      times.push([time, cause]);
    });
    await hub.publish("other", LabTrace, {});
    await hub.publish("mine", LabCounterAdded, { name: "c", amount: 2n });
    end();
    await hub.publish("mine", LabTrace, {});
    expect(seen).toEqual([["LabTold", 1n, "LabCounterAdded"]]);
    expect(times).toEqual([[(await hub.events("mine"))[0]?.time, undefined]]);
    expect((await client.snapshot()).get(LabCounter, "c")?.total).toBe(2n);
  });

  test("refuses a session id that is none", () => {
    expect(() => watched().hub.client("", lab)).toThrow(expect.objectContaining({ code: "INVALID_SESSION" }));
  });

  test("submits, listens and reads with the feature's types", async () => {
    const client = watched({ switches: { work } }).hub.client("s", lab);
    const heard: bigint[] = [];
    client.on(LabTold, ({ ordinal }) => heard.push(ordinal));
    expect(await client.submit(LabWork, { task: "sweep" })).toEqual({ ordinal: 2n });
    expect([heard, (await client.snapshot()).get(LabNote, 1)?.text]).toEqual([[1n, 2n], "sweep"]);
  });
});
