import type { DescSupersededEvent } from "@sessionstream/runtime";
import { SchemaRegistry } from "@sessionstream/runtime";
import { event, feature, supersededEvent } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { WorkCommandSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

describe("versions and successors", () => {
  const [A, B] = [event("A", WorkCommandSchema), event("B", WorkCommandSchema)];
  const by = (name: string, successor: string) => supersededEvent(name, WorkCommandSchema, { by: successor });

  test("an event has version 1 where none is given, and a feature no superseded events", () => {
    expect([A.version, event("A", WorkCommandSchema, { version: 7 }).version]).toEqual([1, 7]);
    expect(feature("F", { events: [A] }).supersededEvents).toEqual([]);
  });

  test("retired events are names", () => {
    expect(feature("F", { events: [A] }).retired).toEqual([]);
    expect(feature("F", { retired: ["X", "Y_1"] }).retired).toEqual(["X", "Y_1"]);
    for (const wrong of ["", "not-a-name"]) {
      expect(() => feature("F", { retired: [wrong] })).toThrow(withCode("INVALID_NAME"));
    }
  });

  test.each([0, -1, 1.5, Number.NaN, "2", 101])("the version %j is refused", (version) => {
    const given = { version: version as number, by: "B" };
    expect(() => event("A", WorkCommandSchema, given)).toThrow(withCode("INVALID_OPTION"));
    expect(() => supersededEvent("A", WorkCommandSchema, given)).toThrow(withCode("INVALID_OPTION"));
  });

  test("a superseded event must lead to an event of the feature", () => {
    const made = (...supersededEvents: DescSupersededEvent[]) => {
      const desc = feature("F", { events: [B], supersededEvents });
      new SchemaRegistry().register(desc);
      return desc;
    };
    expect(made(by("Y", "B"), by("X", "Y"), by("W", "X")).supersededEvents).toHaveLength(3);
    expect(() => made(by("X", "Y"))).toThrow(
      'event "X" is superseded by "Y", which is no event of the feature "F" and leads to none',
    );
    for (const wrong of [[by("X", "X")], [by("X", "Y"), by("Y", "Z"), by("Z", "X")], [by("X", "A"), by("Y", "X")]]) {
      expect(() => made(...wrong)).toThrow(withCode("UNKNOWN_NAME"));
    }
  });
});
