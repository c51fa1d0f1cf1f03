import { longestRetryPause } from "@sessionstream/proto/schema-facts";
import { feature, run } from "@sessionstream/runtime/codegen";
import { expect, test } from "vitest";
import { MeasureRunSchema, SweepRunSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";
import { LabMeasure, LabSweep, lab } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { longestTime } from "../../src/base/option.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

test("a run is tried again as its schema says, and by default not at all", () => {
  expect([LabMeasure.retries, LabMeasure.retryAfter, LabMeasure.schema]).toEqual([2, 10, MeasureRunSchema]);
  expect([LabSweep.retries, LabSweep.retryAfter, LabSweep.schema]).toEqual([0, 1000, SweepRunSchema]);
  expect(run("A", SweepRunSchema, { retries: 1000, retryAfter: 0 })).toMatchObject({ retries: 1000, retryAfter: 0 });
  expect(run("A", SweepRunSchema, { retryAfter: longestRetryPause }).retryAfter).toBe(longestTime);
});

test("a feature has its runs, and none where none are given", () => {
  expect(lab.runs).toEqual([LabMeasure, LabSweep]);
  expect(feature("F", {}).runs).toEqual([]);
});

test.each([
  { retries: -1 },
  { retries: 1001 },
  { retries: 1.5 },
  { retries: Number.NaN },
  { retryAfter: -1 },
  { retryAfter: longestRetryPause + 1 },
  { retryAfter: 0.5 },
])("a run with %j is refused", (options) => {
  expect(() => run("A", SweepRunSchema, options)).toThrow(withCode("INVALID_OPTION"));
});

test("a start has the input as the runtime keeps it, and what was given with it", () => {
  const start = LabMeasure.start({ task: "a" }, { id: "one", at: 5, detached: true });
  expect(start).toMatchObject({ desc: LabMeasure, id: "one", at: 5, detached: true });
  expect(start.input).toMatchObject({ $typeName: "lab.v1.MeasureRun", task: "a" });
});

test("a start that names nothing has an id of its own, begins at once and is cancelled with what starts it", () => {
  const [start, other] = [LabSweep.start({}), LabSweep.start({})];
  expect(start).toMatchObject({ at: undefined, detached: false, input: { task: "" } });
  expect(start.id).toMatch(/^[0-9a-f-]{36}$/);
  expect(start.id).not.toBe(other.id);
});

test.each(["", "a b", "é", "a\n", "x".repeat(256), 1])("the id %j is refused", (id) => {
  expect(() => LabSweep.start({}, { id: id as string })).toThrow(withCode("INVALID_OPTION"));
});

test("ids of 1 to 255 visible characters are taken", () => {
  for (const id of ["!", "~", "m-1/2", "x".repeat(255)]) expect(LabSweep.start({}, { id }).id).toBe(id);
});

test.each([
  { at: -1 },
  { at: 1.5 },
  { at: Number.NaN },
  { at: new Date() },
  { at: 8.64e15 + 2 },
  { at: 1e300 },
  { detached: 1 },
  null,
  "one",
])("a start with the options %j is refused", (options) => {
  expect(() => LabSweep.start({}, options as never)).toThrow(withCode("INVALID_OPTION"));
});

test("a wrong input is refused", () => {
  expect(() => LabMeasure.start({ task: 1 as unknown as string })).toThrow(withCode("INVALID_PAYLOAD"));
  const other = { $typeName: "lab.v1.SweepRun", task: "" } as unknown as { task: string };
  expect(() => LabMeasure.start(other)).toThrow(withCode("PAYLOAD_TYPE_MISMATCH"));
});
