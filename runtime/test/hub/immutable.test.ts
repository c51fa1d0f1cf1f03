import { isDeepStrictEqual } from "node:util";
import { clone, create, equals, fromBinary } from "@bufbuild/protobuf";
import {
  type BackendEvent,
  type CommandContext,
  type DescEvent,
  type ErrorReport,
  Hub,
  type HubOptions,
  isRejected,
  type RunContext,
  type TimelineView,
  type UiEvent,
} from "@sessionstream/runtime";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Content, ContentSchema, PackedEventSchema } from "../../../test/fixtures/gen/box/v1/box_pb.js";
import {
  Box,
  BoxFill,
  BoxPack,
  BoxPacked,
  BoxShown,
  boxFeature,
} from "../../../test/fixtures/gen/box/v1/box_sessionstream.js";
import { spoil } from "../../../test/fixtures/spoil.js";
import { memoryPlace, places, readAll } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";

/** What a test does with the feature Box: what is not said packs a box with the content of its event, and shows it. */
interface Doing {
  pack?: (context: CommandContext<typeof BoxPack, DescEvent>) => void | Promise<void>;
  run?: (context: RunContext<typeof BoxFill>) => void | Promise<void>;
  ui?: (event: BackendEvent<typeof BoxPacked>, view: TimelineView) => readonly UiEvent<typeof BoxShown>[];
  timeline?: (event: BackendEvent<typeof BoxPacked>, view: TimelineView) => ReturnType<typeof put>;
}

const put = (content: PutContent, id = "1") => [Box.put({ id, ...(content && { content }) })];
type PutContent = BackendEvent<typeof BoxPacked>["payload"]["content"];

function hubOf(doing: Doing = {}, options: Partial<HubOptions> = {}) {
  const feature = boxFeature({
    handlers: { pack: (context) => doing.pack?.(context) },
    runs: { fill: { run: (context) => doing.run?.(context), ended: () => [] } },
    ui: {
      packed: doing.ui ?? (({ payload: { content } }) => (content ? [BoxShown.of({ content })] : [])),
    },
    timeline: { packed: doing.timeline ?? (({ payload: { id, content } }) => put(content, id)) },
  });
  const reports: ErrorReport[] = [];
  const hub = new Hub({ features: [feature], onError: (report) => reports.push(report), ...options });
  const told: unknown[] = [];
  hub.subscribe(({ events }) => told.push(...events.map(({ payload }) => (payload as { content?: Content }).content)));
  return { hub, told, reports };
}

/** A message with all that its owner can change afterwards. */
const contentOf = (): Content =>
  create(ContentSchema, {
    items: ["b", "a"],
    boxes: [{ items: ["x"], data: new Uint8Array([3]) }],
    labels: { l: "m" },
    json: { list: [1, { k: "v" }] },
    data: new Uint8Array([1, 2]),
    lid: { case: "more", value: { items: ["y"] } },
  });

/** The same fields in an object that is no message, which `create` shares the insides of. */
const fieldsOf = ({ $typeName: _, ...fields }: Content) => fields;

describe.each([
  ["frozen", true],
  ["not frozen", false],
])("where payloads are %s", (_, freeze) => {
  describe.each(places)("what is given is what it was at the call, on %s", (_, makePlace) => {
    // Each gives the hub a content, and changes all of it at once, before anything was awaited.
    const ways: Readonly<Record<string, (hub: Hub, content: Content) => Promise<unknown>>> = {
      "publish of a message": (hub, content) => {
        const message = create(PackedEventSchema, { id: "1", content });
        return spoiling(hub.publish("s", BoxPacked, message), message);
      },
      "publish of an object": (hub, content) => {
        const init = { id: "1", content: fieldsOf(content) };
        return spoiling(hub.publish("s", BoxPacked, init), init);
      },
      "publish under a key": (hub, content) =>
        spoiling(hub.publish("s", BoxPacked, { id: "1", content }, { key: "k" }), content),
      "publish of what `of` made": (hub, content) => {
        const draft = BoxPacked.of({ id: "1", content });
        spoil(content);
        return hub.publish("s", [draft]);
      },
      "publish by a handler, which is given what was submitted": (hub, content) =>
        spoiling(hub.submit("s", BoxPack, { content }), content),
      "publish under a key by a handler": (hub, content) =>
        spoiling(hub.submit("s", BoxPack, { content }, { key: "k" }), content),
      "a decision": (hub, content) => spoiling(hub.submit("decides", BoxPack, { content }), content),
      "the input of a run, which publishes under a key": async (hub, content) => {
        await spoiling(hub.start("s", BoxFill, { content }), content);
        await until(async () => (await hub.runs("s", { isOpen: false })).some(({ endedAt }) => endedAt), "it has run");
      },
    };

    test.each(Object.keys(ways))("%s", async (name) => {
      const place = makePlace();
      const doing: Doing = {
        async pack({ payload, session, publish, decide }) {
          expect(payload.content).toEqual(contentOf());
          const own = payload.content && clone(ContentSchema, payload.content);
          if (session.id === "decides") {
            const drafts = [BoxPacked.of({ id: "1", ...(own && { content: own }) })];
            await spoiling(
              decide(() => drafts),
              own,
            );
            return;
          }
          await spoiling(publish(BoxPacked, { id: "1", ...(own && { content: own }) }), own);
        },
        async run({ input: { content }, publish }) {
          const own = clone(ContentSchema, content as Content);
          await spoiling(publish(BoxPacked, { id: "1", content: own }, { key: "k" }), own);
        },
        timeline({ payload: { id, content } }) {
          const own = content && clone(ContentSchema, content);
          const changes = put(own, id);
          spoil(own);
          return changes;
        },
        ui({ payload: { content } }) {
          const own = content && clone(ContentSchema, content);
          const uiEvents = own ? [BoxShown.of({ content: own })] : [];
          spoil(own);
          return uiEvents;
        },
      };
      const session = name === "a decision" ? "decides" : "s";
      const { hub, told } = hubOf(doing, { freeze, store: place.open() });
      const publish = ways[name] as (typeof ways)[string];
      await publish(hub, contentOf());
      const want = contentOf();
      expect(told).toEqual([want]);
      expect((await hub.events(session)).map(({ payload }) => payload)).toMatchObject([{ id: "1", content: want }]);
      expect((await hub.snapshot(session)).get(Box, "1")?.content).toEqual(want);
      expect((await hub.timeline(session)).get(Box, "1")?.content).toEqual(want);
      await hub.close();
      // As the store has it, too.
      const again = hubOf({}, { freeze, store: place.open() }).hub;
      expect((await again.snapshot(session)).get(Box, "1")?.content).toEqual(want);
      await again.close();
      const store = place.open();
      expect(
        (await readAll(store, session)).map(({ payload }) => fromBinary(PackedEventSchema, payload)),
      ).toMatchObject([{ id: "1", content: want }]);
      await store.close();
    });

    test("an array that grows between two publishes", async () => {
      const { hub } = hubOf({}, { freeze, store: makePlace().open() });
      const items = ["a"];
      const first = hub.publish("s", BoxPacked, { id: "1", content: { items } });
      items.push("b");
      const second = hub.publish("s", BoxPacked, { id: "2", content: { items } });
      items.push("c");
      await Promise.all([first, second]);
      const shown = (await hub.snapshot("s")).list(Box).map(({ content }) => content?.items);
      expect(shown).toEqual([["a"], ["a", "b"]]);
      const logged = (await hub.events("s")).map(({ payload }) => (payload as { content?: Content }).content?.items);
      expect(logged).toEqual(shown);
      expect([items, Object.isFrozen(items)]).toEqual([["a", "b", "c"], false]);
      await hub.close();
    });

    test("the detail of a rejection", async () => {
      const own = contentOf();
      const { hub } = hubOf(
        {
          pack({ reject }) {
            const rejection = reject("FULL", { detail: own });
            spoil(own);
            throw rejection;
          },
        },
        { freeze, store: makePlace().open() },
      );
      for (const _ of [1, 2]) {
        const rejected = await hub.submit("s", BoxPack, {}, { key: "k" }).catch((error: unknown) => error);
        expect(isRejected(rejected, BoxPack) && rejected.rejection.detail).toEqual(contentOf());
      }
      await hub.close();
    });
  });

  test("the array that a projection returns, which it may use again", async () => {
    const uiEvents: UiEvent<typeof BoxShown>[] = [];
    const { hub, told } = hubOf(
      {
        ui({ payload: { id } }) {
          uiEvents.push(BoxShown.of({ content: { items: [id] } }));
          return uiEvents;
        },
      },
      { freeze },
    );
    // Both are projected before the first is durable.
    await Promise.all(["1", "2"].map((id) => hub.publish("s", BoxPacked, { id })));
    expect((told as Content[]).map(({ items }) => items)).toEqual([["1"], ["1"], ["2"]]);
    await hub.close();
  });

  test("the metadata of a session", async () => {
    for (const [, makePlace] of places) {
      const place = makePlace();
      const metadata = { owner: "o", tags: ["b", "a"] };
      const { hub } = hubOf({}, { freeze, store: place.open(), sessionMetadata: () => metadata });
      await hub.publish("s", BoxPacked, { id: "1" });
      spoil(metadata);
      const want = { owner: "o", tags: ["b", "a"] };
      expect((await hub.session("s")).metadata).toEqual(want);
      expect((await hub.events("s"))[0]?.session.metadata).toEqual(want);
      await hub.close();
      const again = hubOf({}, { freeze, store: place.open() }).hub;
      expect((await again.session("s")).metadata).toEqual(want);
      expect((await again.events("s"))[0]?.session.metadata).toEqual(want);
      await again.close();
    }
  });

  test("bytes are of the class Uint8Array, and no window on what a store has", async () => {
    for (const [, makePlace] of places) {
      const place = makePlace();
      const { hub, told } = hubOf({}, { freeze, store: place.open() });
      await hub.publish("s", BoxPacked, { id: "1", content: { ...contentOf(), data: Buffer.from([1, 2]) } });
      const live = (await hub.timeline("s")).get(Box, "1")?.content?.data;
      await hub.close();
      const again = hubOf({}, { freeze, store: place.open() }).hub;
      const read = async () => {
        const [event] = await again.events("s");
        const snapshot = await again.snapshot("s");
        return [
          (event?.payload as { content?: Content } | undefined)?.content?.data,
          snapshot.get(Box, "1")?.content?.data,
        ];
      };
      const all = [live, (told[0] as Content).data, ...(await read())];
      for (const data of all) {
        expect(data && Object.getPrototypeOf(data) === Uint8Array.prototype).toBe(true);
        expect(data).toEqual(new Uint8Array([1, 2]));
      }
      const [ofEvent] = await read();
      spoil(ofEvent && new Uint8Array(ofEvent.buffer));
      expect((await read())[0]).toEqual(new Uint8Array([1, 2]));
      await again.close();
    }
  });
});

/** Changes what was given, once it was given. */
function spoiling<T>(given: Promise<T>, what: unknown): Promise<T> {
  spoil(what);
  return given;
}

describe("code that writes where payloads are frozen", () => {
  const packed = async (hub: Hub) => {
    await hub.publish("s", BoxPacked, { id: "1", content: contentOf() });
    return (await hub.snapshot("s")).get(Box, "1")?.content;
  };

  /** The types do not let code do this. */
  const itemsOf = (view: TimelineView) => view.get(Box, "1")?.content?.items as string[] | undefined;

  test("a UI projection that sorts a list of the view fails, is named, and changes nothing", async () => {
    const { hub, reports, told } = hubOf({
      ui: (_, view) => {
        itemsOf(view)?.sort();
        return [];
      },
    });
    expect(await packed(hub)).toEqual(contentOf());
    await hub.publish("s", BoxPacked, { id: "2" });
    expect(await hub.errors("s")).toMatchObject([
      {
        step: "ui-projection",
        ordinal: 2n,
        name: "BoxPacked",
        message:
          'UI projection of event "BoxPacked" at ordinal 2 failed: ' +
          "Cannot assign to read only property '0' of object '[object Array]'" +
          ': what the projections of feature "Box" are given is immutable, so change a copy: ' +
          "[...list], { ...message }, or what clone() of protobuf-es makes",
      },
    ]);
    expect(reports).toMatchObject([{ error: { code: "PROJECTION_FAILED", cause: expect.any(TypeError) } }]);
    expect(told).toEqual([]);
    expect((await hub.snapshot("s")).get(Box, "1")?.content).toEqual(contentOf());
    await hub.close();
  });

  test("a timeline projection that changes its event, or what it read, stops the timeline and is named", async () => {
    for (const write of [
      ({ payload }: BackendEvent<typeof BoxPacked>) => Object.assign(payload, { id: "3" }),
      (_: unknown, view: TimelineView) => itemsOf(view)?.push("c"),
    ]) {
      const { hub } = hubOf({
        timeline(event, view) {
          if (event.payload.id === "2") write(event, view);
          return put(event.payload.content, event.payload.id);
        },
      });
      const shown = await packed(hub);
      await hub.publish("s", BoxPacked, { id: "2" });
      expect(await hub.session("s")).toMatchObject({ ordinal: 2n, cursor: 1n });
      const [error] = await hub.errors("s");
      expect(error?.message).toContain('what the projections of feature "Box" are given is immutable');
      expect((await hub.snapshot("s")).get(Box, "1")?.content).toEqual(shown);
      await hub.close();
    }
  });

  test("a projection fails in the same way on what was loaded, and on what is made again from the log", async () => {
    const place = memoryPlace();
    const first = hubOf({}, { store: place.open() }).hub;
    const shown = await packed(first);
    await first.close();
    let isWriting = false;
    const { hub } = hubOf(
      {
        timeline(event, view) {
          if (isWriting) (event.payload.content?.items as string[] | undefined)?.sort();
          itemsOf(view)?.push("c");
          return put(event.payload.content, event.payload.id);
        },
      },
      { store: place.open() },
    );
    await hub.publish("s", BoxPacked, { id: "2" });
    expect((await hub.errors("s"))[0]?.message).toContain("immutable");
    expect((await hub.snapshot("s")).get(Box, "1")?.content).toEqual(shown);
    isWriting = true;
    await expect(hub.rebuild("s")).rejects.toThrow("immutable");
    await hub.close();
  });

  test("a handler that changes the view, its command or what a decision reads fails", async () => {
    const writes: readonly NonNullable<Doing["pack"]>[] = [
      ({ session }) => void itemsOf(session.timeline)?.push("c"),
      ({ payload }) => void (payload.content?.items as string[] | undefined)?.push("c"),
      async ({ decide }) => {
        await decide((view) => {
          itemsOf(view)?.push("c");
          return [];
        });
      },
    ];
    for (const pack of writes) {
      const { hub } = hubOf({ pack });
      const shown = await packed(hub);
      await expect(hub.submit("s", BoxPack, { content: contentOf() })).rejects.toThrow(TypeError);
      expect((await hub.timeline("s")).get(Box, "1")?.content).toEqual(shown);
      await hub.close();
    }
  });

  test("a run that changes its input fails", async () => {
    const { hub } = hubOf({
      run({ input }) {
        (input.content?.items as string[] | undefined)?.push("c");
      },
    });
    await hub.start("s", BoxFill, { content: contentOf() });
    await until(async () => (await hub.runs("s", { isOpen: false }))[0]?.state === "failed", "it has failed");
    await hub.close();
  });

  test("readers of snapshots, events, runs and UI events cannot change them", async () => {
    const { hub, told } = hubOf();
    await packed(hub);
    await hub.start("s", BoxFill, { content: contentOf() });
    await until(async () => (await hub.runs("s", { isOpen: false })).length > 0, "it has run");
    const snapshot = await hub.snapshot("s");
    const past = await hub.snapshot("s", { asOf: 1n });
    const all = [
      snapshot.entities[0]?.payload,
      snapshot.get(Box, "1"),
      past.list(Box)[0],
      (await hub.events("s"))[0]?.payload,
      (await hub.runs("s", { isOpen: false }))[0]?.input,
      told[0],
    ];
    for (const payload of all) expect([payload !== undefined, isFrozen(payload)]).toEqual([true, true]);
    // The same entities are handed to all who ask before the next commit.
    for (const { entities } of [snapshot, past]) expect([entities.length, isFrozen(entities)]).toEqual([1, true]);
    expect(isFrozen((await hub.session("s")).metadata)).toBe(true);
    await hub.close();
  });
});

describe("which payloads are frozen", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each([
    ["by default", undefined, undefined, true],
    ["in production", undefined, "production", false],
    ["in production, where one asks for it", true, "production", true],
    ["where one does not want it", false, undefined, false],
  ])("%s", async (_, freeze, env, wanted) => {
    if (env !== undefined) vi.stubEnv("NODE_ENV", env);
    const { hub, told } = hubOf({}, freeze === undefined ? {} : { freeze });
    await hub.publish("s", BoxPacked, { id: "1", content: contentOf() });
    const payload = (await hub.snapshot("s")).get(Box, "1");
    expect([payload, told[0]].map(isFrozen)).toEqual([wanted, wanted]);
    await hub.close();
  });

  test("what a caller gave is not frozen", async () => {
    const { hub } = hubOf();
    const content = contentOf();
    await hub.publish("s", BoxPacked, { id: "1", content });
    await hub.submit("s", BoxPack, { content });
    expect(isThawed(content)).toBe(true);
    expect(equals(ContentSchema, content, contentOf())).toBe(true);
    expect(isDeepStrictEqual(content, contentOf())).toBe(true);
    await hub.close();
  });
});

function isFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

function isThawed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return !Object.isFrozen(value) && Object.values(value).every(isThawed);
}
