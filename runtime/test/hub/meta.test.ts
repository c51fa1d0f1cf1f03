import { type BackendEvent, type EventMeta, Hub, type TraceContext, type UiBatch } from "@sessionstream/runtime";
import { describe, expect, test, vi } from "vitest";
import { LabNoteSet, LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../test/fixtures/lab.js";
import { openRaw } from "../../../test/fixtures/raw-database.js";
import { filePlace, newFile, type Place, places } from "../../../test/fixtures/stores.js";

// Where events come from, and who learns of it.

const ann = { id: "ann" };
const trace: TraceContext = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  tracestate: "a=1",
};

type Seen = [ordinal: bigint, meta: EventMeta];

/** A hub, and what its projections see. */
function seeing(place: Place, work?: LabSwitches["work"]) {
  const ui: Seen[] = [];
  const timeline: Seen[] = [];
  const note = (seen: Seen[]) => (event: BackendEvent) => void seen.push([event.ordinal, event.meta]);
  const feature = labOf({ beforeUi: note(ui), beforeTimeline: note(timeline), ...(work !== undefined && { work }) });
  const hub = new Hub({ features: [feature], store: place.open() });
  return { hub, ui, timeline };
}

const metaOf = async (hub: Hub) => (await hub.events("s")).map(({ ordinal, meta }): Seen => [ordinal, meta]);

describe.each(places)("in %s", (_, makePlace) => {
  test("the events of a command have its identity, its name, a hash of its key, and its trace", async () => {
    const { hub } = seeing(makePlace(), async ({ publish, decide, payload: { task } }) => {
      await publish(LabTrace, { text: task });
      await decide(() => [LabTrace.of({ text: task })]);
    });
    await hub.submit("s", LabWork, { task: "all" }, { identity: ann, key: "k", trace });
    await hub.submit("s", LabWork, { task: "another" }, { identity: ann, key: "l" });
    await hub.submit("s", LabWork, { task: "nobody" });
    const command = "LabWork";
    const [of, other] = [expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringMatching(/^[0-9a-f]{16}$/)];
    const all = { identity: "ann", command, key: of, trace };
    const events = await metaOf(hub);
    expect(events).toEqual([
      [1n, all],
      [2n, all],
      [3n, { identity: "ann", command, key: other }],
      [4n, { identity: "ann", command, key: other }],
      [5n, { command }],
      [6n, { command }],
    ]);
    const keys = events.map(([, { key }]) => key);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  test("the events of a run are caused by the last event that its command published before it returned", async () => {
    const { hub } = seeing(makePlace(), async ({ publish, background, signal }) => {
      await publish(LabTrace, { text: "first" });
      await publish(LabTrace, { text: "last" });
      background("r", async () => {
        // The handler has returned by then.
        await new Promise((resolve) => setTimeout(resolve, 5));
        signal.throwIfAborted();
        await publish(LabTrace, { text: "of the run" });
        await publish(LabTrace, { text: "of the run" });
      });
    });
    await hub.submit("s", LabWork, {}, { identity: ann, trace });
    await hub.waitIdle("s");
    const all = { identity: "ann", command: "LabWork", trace };
    const later = { ...all, cause: 2n };
    expect(await metaOf(hub)).toEqual([
      [1n, all],
      [2n, all],
      [3n, later],
      [4n, later],
    ]);
  });

  test("what is published without a command has the cause and the trace that were given, also under a key", async () => {
    const { hub } = seeing(makePlace());
    await hub.publish("s", LabTrace, {});
    await hub.publish("s", LabTrace, {}, { cause: 1n });
    await hub.publish("s", [LabTrace.of({}), LabTrace.of({})], { cause: 2n ** 60n, trace, key: "k" });
    expect(await metaOf(hub)).toEqual([
      [1n, {}],
      [2n, { cause: 1n }],
      [3n, { cause: 2n ** 60n, trace }],
      [4n, { cause: 2n ** 60n, trace }],
    ]);
  });

  test("projections see it live, on rebuild, at a hub that follows, and after the store was opened again", async () => {
    const place = makePlace();
    const one = seeing(place, ({ publish }) => publish(LabNoteSet, { number: 1 }).then(() => {}));
    const two = seeing(place);
    const batches: UiBatch[] = [];
    const unfollow = two.hub.follow("s", (batch) => batches.push(batch));
    await two.hub.hydrate("s");
    await one.hub.submit("s", LabWork, {}, { identity: ann, trace });
    await one.hub.publish("s", LabNoteSet, { number: 2 });
    const expected: Seen[] = [
      [1n, { identity: "ann", command: "LabWork", trace }],
      [2n, {}],
    ];
    expect([one.ui, one.timeline]).toEqual([expected, expected]);
    await vi.waitFor(() => expect(batches).toHaveLength(2));
    expect([two.ui, two.timeline]).toEqual([expected, expected]);
    expect(batches.map(({ meta }) => meta)).toEqual([expected[0]?.[1], undefined]);
    unfollow();
    await two.hub.close();
    await one.hub.rebuild("s");
    expect(one.timeline).toEqual([...expected, ...expected]);
    await one.hub.close();
    const again = seeing(place);
    expect(await metaOf(again.hub)).toEqual(expected);
    await again.hub.rebuild("s");
    expect(again.timeline).toEqual(expected);
    await again.hub.close();
  });
});

test("an event of which nothing is known costs nothing in an SQLite file", async () => {
  const path = newFile();
  const { hub } = seeing(filePlace(path));
  await hub.publish("s", LabTrace, {});
  await hub.publish("s", LabTrace, {}, { cause: 1n });
  await hub.close();
  const file = openRaw(path, { readonly: true });
  expect(file.rows("SELECT meta FROM event ORDER BY ordinal")).toEqual([{ meta: null }, { meta: '{"cause":"1"}' }]);
  file.close();
});
