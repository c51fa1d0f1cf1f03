import { expect, test } from "vitest";
import { NoteEntitySchema, TraceEventSchema } from "../../../../test/fixtures/gen/lab/v1/lab_pb.js";
import type { BackendEvent } from "../../../src/hub/feature/backend-event.js";
import type { Feature } from "../../../src/hub/feature/feature.js";
import { FeatureProjections } from "../../../src/hub/project/feature-projections.js";
import * as api from "../../../src/index.js";
import { event } from "../../../src/schema/event.js";
import { feature } from "../../../src/schema/feature.js";
import { SchemaRegistry } from "../../../src/schema/registry.js";
import { timelineEntity } from "../../../src/schema/timeline-entity.js";
import { uiEvent } from "../../../src/schema/ui-event.js";
import { Timeline } from "../../../src/timeline/timeline.js";

const Happened = event("Happened", TraceEventSchema);
const Shown = uiEvent("Shown", TraceEventSchema);
const Note = timelineEntity<"Note", typeof NoteEntitySchema, number>("Note", NoteEntitySchema, "number");
const desc = feature("F", { events: [Happened], uiEvents: [Shown], timelineEntities: [Note] });

function project(which: "ui" | "timeline", returned: () => unknown) {
  const registry = new SchemaRegistry();
  registry.register(desc);
  const projector = new FeatureProjections(registry, [{ desc, [which]: returned } as unknown as Feature]);
  const event: BackendEvent = {
    name: "Happened",
    payload: { $typeName: "lab.v1.TraceEvent", text: "" } as BackendEvent["payload"],
    ordinal: 3n,
    time: 0,
    meta: {},
    session: { id: "s", metadata: {} },
  };
  return projector[which](event, new Timeline(registry));
}

const shown = Shown.of({ text: "x" });
const put = Note.put({ number: 1 });
const context = { sessionId: "s", name: "Happened", ordinal: 3n };

test("what of, put and delete made gets through", () => {
  expect(project("ui", () => [shown, shown])).toEqual([shown, shown]);
  expect(project("timeline", () => [put, Note.delete(2)])).toHaveLength(2);
  expect(project("ui", () => [])).toEqual([]);
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["an object", {}],
  ["one change that is in no array", put],
  ["an iterable that is no array", new Set([put])],
  ["a promise", Promise.resolve([put])],
  ["a promise that rejects, which must not end the process", () => Promise.reject(new Error("later"))],
  ["an array with undefined", [undefined]],
  ["a copy of the right object", [{ ...put }, { ...shown }]],
  ["a UI event among changes and a change among UI events", [put, shown]],
  ["a name", ["Note"]],
])("%s is refused", (_, returned) => {
  const refused = expect.objectContaining({ code: "INVALID_PROJECTION", context });
  const give = () => (typeof returned === "function" ? returned() : returned);
  expect(() => project("ui", give)).toThrow(refused);
  expect(() => project("timeline", give)).toThrow(refused);
});

test("kinds that are not registered are refused, and types other than the registered", () => {
  const Alien = timelineEntity<"Alien", typeof NoteEntitySchema, number>("Alien", NoteEntitySchema, "number");
  expect(() => project("timeline", () => [Alien.put({})])).toThrow(expect.objectContaining({ code: "UNKNOWN_NAME" }));
  const Twin = timelineEntity("Note", TraceEventSchema, "text");
  expect(() => project("timeline", () => [Twin.put({ text: "x" })])).toThrow(
    expect.objectContaining({ code: "INVALID_PROJECTION" }),
  );
  expect(() => project("ui", () => [uiEvent("Hidden", TraceEventSchema).of({})])).toThrow(
    expect.objectContaining({ code: "UNKNOWN_NAME" }),
  );
  expect(() => project("ui", () => [uiEvent("Shown", NoteEntitySchema).of({})])).toThrow(
    expect.objectContaining({ code: "INVALID_PROJECTION" }),
  );
});

test.each<[string, unknown]>([
  ["an error", new Error("why")],
  ["a string", "why"],
  ["an object without a text", Object.create(null)],
])("%s that is thrown becomes a PROJECTION_FAILED", (_, thrown) => {
  const fail = () => {
    throw thrown;
  };
  expect(() => project("ui", fail)).toThrow(
    expect.objectContaining({ code: "PROJECTION_FAILED", context, cause: thrown }),
  );
  expect(() => project("timeline", fail)).toThrow(expect.objectContaining({ code: "PROJECTION_FAILED" }));
});

test("the classes whose instances get through cannot be instantiated from outside with any payload", () => {
  expect(Object.keys(api)).not.toContain("UiEvent");
  expect(Object.keys(api)).not.toContain("TimelineChange");
});
