import { type CommandContext, isSessionstreamError, type TraceContext } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabNote, LabNoteSet, LabWork, lab } from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { memoryPlace } from "../../../../test/fixtures/stores.js";
import { watched } from "../watched.js";

const trace: TraceContext = {
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  tracestate: "vendor=1",
};

function seeing() {
  const seen: Pick<CommandContext, "identity" | "trace">[] = [];
  const work = ({ identity, trace }: CommandContext) => void seen.push({ identity, trace });
  return { seen, ...watched({ switches: { work } }) };
}

test("a handler gets the identity and the trace that submit was given, as they are", async () => {
  const { hub, seen } = seeing();
  const ann = { id: "ann", role: "host" };
  await hub.submit("s", LabWork, {}, { identity: ann, trace });
  await hub.submit("s", LabWork, {}, { identity: ann, trace, key: "k" });
  await hub.submit("s", LabWork, {});
  await hub.client("s", lab, { identity: ann }).submit(LabWork, {});
  await hub.client("s", lab).submit(LabWork, {}, { key: "other" });
  expect(seen).toEqual([
    { identity: ann, trace },
    { identity: ann, trace },
    { identity: undefined, trace: undefined },
    { identity: ann, trace: undefined },
    { identity: undefined, trace: undefined },
  ]);
  expect(seen[0]?.identity).toBe(ann);
});

test.each<[string, unknown, string]>([
  ["null", null, "null"],
  ["a text", "ann", '"ann"'],
  ["one without an id", {}, "one with the id undefined"],
  ["one with an empty id", { id: "" }, 'one with the id ""'],
  ["one with a number as its id", { id: 7 }, "one with the id 7"],
  ["one with an id that is too long", { id: "x".repeat(256) }, `one with the id "${"x".repeat(40)}…"`],
  ["one with half a character in its id", { id: "\ud800" }, 'one with the id "\\ud800"'],
])("an identity that is %s refuses the command", async (_, identity, got) => {
  const { hub, seen } = seeing();
  const outcome = await hub.trySubmit("s", LabWork, {}, { identity: identity as never });
  if (outcome.status !== "refused") throw new Error(outcome.status);
  expect(isSessionstreamError(outcome.error, "INVALID_OPTION")).toBe(true);
  expect((outcome.error as Error).message).toBe(
    `submit option identity: got ${got}, want an object with an \`id\` of 1 to 255 UTF-16 units without lone surrogates`,
  );
  expect(seen).toEqual([]);
});

test("an identity may have an id of 255 units; a trace that is none refuses the command", async () => {
  const { hub, seen } = seeing();
  await hub.submit("s", LabWork, {}, { identity: { id: "x".repeat(255) } });
  for (const wrong of [{}, "trace", { traceparent: "00-0-0-0" }, { ...trace, tracestate: "no" }]) {
    const submitted = hub.submit("s", LabWork, {}, { trace: wrong as TraceContext });
    await expect(submitted).rejects.toMatchObject({ code: "INVALID_OPTION" });
  }
  expect(seen).toHaveLength(1);
});

test("hub.timeline is live, and as new as the store is", async () => {
  const place = memoryPlace();
  const [here, there] = [watched({ store: place.open() }), watched({ store: place.open() })];
  const timeline = await here.hub.timeline("s");
  expect(timeline.list(LabNote)).toEqual([]);
  await here.hub.publish("s", LabNoteSet, { number: 1, text: "here" });
  expect(timeline.get(LabNote, 1)?.text).toBe("here");
  await there.hub.publish("s", LabNoteSet, { number: 1, text: "there" });
  expect((await here.hub.timeline("s")).get(LabNote, 1)?.text).toBe("there");
  expect(timeline.get(LabNote, 1)?.text).toBe("there");
});

test("hub.timeline leaves nothing in the store, and refuses what is no session", async () => {
  const { hub } = watched();
  await hub.timeline("nobody");
  expect(await hub.sessions()).toEqual([]);
  await expect(hub.timeline("")).rejects.toMatchObject({ code: "INVALID_SESSION" });
  await hub.close();
  await expect(hub.timeline("nobody")).rejects.toMatchObject({ code: "CLOSED" });
});
