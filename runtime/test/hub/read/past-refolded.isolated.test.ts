import type { Hub, Store } from "@sessionstream/runtime";
import { expect, test, vi } from "vitest";
import { places, wrapStore } from "../../../../test/fixtures/stores.js";
import { program, type Written } from "../write/refold/notes.js";

// Looks into the past of two programs, of which one folds the session again meanwhile, and comes to the same entities: so
// the epoch stays.

vi.mock("../../../dist/hub/project/checkpoint-distance.js", () => ({ checkpointDistance: 10 }));

const old = program();
/** Differs in what was, and not in what is. */
const raised = program({
  timelineVersion: 2,
  note: ({ number, text }) => ({
    number,
    text: text === "early" ? "EARLY" : text,
    mark: { sign: "!" },
    colour: 1,
    author: `of ${number}`,
  }),
});

async function textAt(hub: Hub, asOf: bigint): Promise<unknown> {
  const { entities } = await hub.snapshot("s", { asOf });
  return entities.flatMap(({ kind, payload }) => (kind === "Note" ? (payload as unknown as Written).text : []));
}

/** A hub of the old program that has the session in memory, of which `meanwhile` is told before a step. */
async function begun(makePlace: (typeof places)[number][1], step: "session" | "readCheckpoint") {
  const place = makePlace();
  const writer = old.hub(place);
  for (let at = 0; at < 30; at++) {
    await writer.publish("s", old.Written, { number: 1, text: at < 25 ? "early" : "elate" });
  }
  await writer.close();
  let meanwhile: (() => Promise<void>) | undefined;
  const inner = place.open();
  const now = async () => {
    const work = meanwhile;
    meanwhile = undefined;
    await work?.();
  };
  const replaced: Partial<Store> = {
    readCheckpoint: async (id, ordinal) => {
      if (step === "readCheckpoint") await now();
      return inner.readCheckpoint(id, ordinal);
    },
    events: async (id, range) => {
      if (step === "session") await now();
      return inner.events(id, range);
    },
  };
  const hub = old.hub({ open: () => wrapStore(inner, replaced) });
  await hub.session("s");
  return {
    place,
    hub,
    set meanwhile(work: () => Promise<void>) {
      meanwhile = work;
    },
  };
}

test.each(places)("leave no checkpoints of the old fold, on %s", async (_, makePlace) => {
  const at = await begun(makePlace, "session");
  const other = raised.hub(at.place);
  const { epoch } = (await at.place.open().session("s")) ?? {};
  at.meanwhile = async () => void (await other.session("s"));
  expect(await textAt(at.hub, 24n)).toEqual(["early"]);
  expect((await at.place.open().session("s"))?.epoch).toBe(epoch);
  expect(await textAt(other, 20n)).toEqual(["EARLY"]);
  await Promise.all([at.hub.close(), other.close()]);
});

test.each(places)("begin with no checkpoint of the other fold, on %s", async (_, makePlace) => {
  const at = await begun(makePlace, "readCheckpoint");
  const other = raised.hub(at.place);
  at.meanwhile = async () => {
    expect(await textAt(other, 24n)).toEqual(["EARLY"]);
    expect(await at.place.open().readCheckpoint("s", 24n)).toMatchObject({ checkpoint: { ordinal: 20n } });
  };
  expect(await textAt(at.hub, 20n)).toEqual(["early"]);
  await Promise.all([at.hub.close(), other.close()]);
});

test.each(places)("what was deleted before a refold stays so above checkpoints, on %s", async (_, makePlace) => {
  const place = makePlace();
  const writer = old.hub(place);
  const written = (number: number, gone: boolean) => writer.publish("s", old.Written, { number, text: "early", gone });
  await written(9, false);
  // So much that the checkpoints above have what changed.
  for (let number = 2; number <= 9; number++) await written(number, false);
  for (let at = 0; at < 12; at++) await written(1, false);
  await written(9, true);
  for (let at = 0; at < 8; at++) await written(1, false);
  await writer.close();
  // It folds the session again, and a look into the past leaves a checkpoint from before the note was deleted.
  const first = raised.hub(place);
  await first.snapshot("s", { asOf: 21n });
  expect((await place.open().load("s"))?.checkpoint).toMatchObject({ ordinal: 20n });
  await first.close();
  const second = raised.hub(place);
  for (let at = 0; at < 20; at++) {
    await second.publish("s", raised.Written, { number: 1, text: `e${"x".repeat(10_000)}` });
  }
  await expect
    .poll(async () => (await place.open().load("s"))?.checkpoint?.ordinal, { timeout: 5000 })
    .toBeGreaterThan(30n);
  await second.publish("s", raised.Written, { number: 1, text: "end" });
  for (let asOf = 50n; asOf > 30n; asOf--) {
    const { entities } = await second.snapshot("s", { asOf });
    expect(entities.map(({ kind, id }) => `${kind} ${id}`)).not.toContain("Note 9");
  }
  await second.close();
});
