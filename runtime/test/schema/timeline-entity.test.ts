import { timelineEntity } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { LabCounter, LabNote, LabTold } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

describe("entity ids", () => {
  test("are taken from the id field", () => {
    expect(LabNote.put({ number: -7 }).id).toBe("-7");
    expect(LabNote.delete(-7).id).toBe("-7");
    expect(LabCounter.put({ name: "a\n🙂" }).id).toBe("a\n🙂");
    const long = timelineEntity("Long", KindsSchema, "fUint64");
    expect(long.put({ fUint64: 2n ** 64n - 1n }).id).toBe("18446744073709551615");
  });

  test("must not be empty", () => {
    expect(() => LabCounter.put({})).toThrow(withCode("INVALID_ENTITY_ID"));
    expect(() => LabCounter.delete("")).toThrow(withCode("INVALID_ENTITY_ID"));
    expect(() => LabCounter.delete(undefined as unknown as string)).toThrow(withCode("INVALID_ENTITY_ID"));
  });

  test.each(["nope", "strings", "byString", "one", "text", "mood", "fBool", "fDouble", "fFloat", "fBytes", "wString"])(
    "cannot come from the field %s, which is no singular string or integer",
    (idField) => {
      expect(() => timelineEntity("X", KindsSchema, idField)).toThrow(withCode("INVALID_ENTITY_ID"));
    },
  );

  test.each(["fString", "fInt32", "fSint64", "fFixed32", "longText", "maybe"])("can come from %s", (idField) => {
    expect(timelineEntity("X", KindsSchema, idField).name).toBe("X");
  });
});

test("of and put refuse what is no valid payload", () => {
  expect(() => LabTold.of({ ordinal: 1 } as unknown as { ordinal: bigint })).toThrow(withCode("INVALID_PAYLOAD"));
  expect(() => LabNote.put({ $typeName: "lab.v1.Other" } as never)).toThrow(withCode("PAYLOAD_TYPE_MISMATCH"));
});
