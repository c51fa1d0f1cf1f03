import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { PaintSchema } from "../../../../test/fixtures/gen/lab/v1/colour_pb.js";
import { type Kinds, KindsSchema } from "../../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { StrictSchema } from "../../../../test/fixtures/gen/lab/v1/reading_pb.js";
import { findInvalidField } from "../../../src/schema/check/message.js";

/** A message with one value put into it that the compiler may not have liked. */
function withValue(field: string, value: unknown): Kinds {
  return Object.assign(create(KindsSchema), { [field]: value });
}

const found = (field: string, value: unknown) => findInvalidField(KindsSchema, withValue(field, value));

const max64 = 2n ** 63n;

describe("takes", () => {
  test.each<[field: string, ...values: unknown[]]>([
    ["fDouble", 0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308],
    ["fFloat", 0.5, 0.1, Number.NaN, Number.NEGATIVE_INFINITY, 3.4028234663852886e38],
    ["fInt32", 0, 0x7fffffff, -0x80000000],
    ["fSint32", 0x7fffffff, -0x80000000],
    ["fSfixed32", 0x7fffffff, -0x80000000],
    ["fUint32", 0, 0xffffffff],
    ["fFixed32", 0xffffffff],
    ["fInt64", 0n, max64 - 1n, -max64],
    ["fSint64", max64 - 1n, -max64],
    ["fSfixed64", max64 - 1n, -max64],
    ["fUint64", 0n, 2n * max64 - 1n],
    ["fFixed64", 2n * max64 - 1n],
    ["fBool", true, false],
    ["fString", "", "🙂", "\u0000"],
    ["fBytes", new Uint8Array(), Buffer.from("x")],
    ["mood", 0, 1, 77, -1],
    ["maybe", undefined, "", "x"],
    ["longText", "0", "-9223372036854775808", "9223372036854775807"],
    ["ulongText", "18446744073709551615"],
    ["strings", [], ["a"]],
    ["longTexts", ["1"]],
    ["byString", {}, { __proto__: null, a: "b" }, { "": "" }],
    ["byInt32", { "0": "", "-2147483648": "" }],
    ["byUint64", { "18446744073709551615": create(KindsSchema) }],
    ["byBool", { true: 1n, false: 0n }],
    ["bySint64", { "-9223372036854775808": new Uint8Array() }],
    ["byFixed32", { "4294967295": 77 }],
    ["choice", { case: undefined }, { case: "text", value: "" }, { case: "jsonChoice", value: { a: [1] } }],
    ["one", undefined, create(KindsSchema)],
    ["json", undefined, {}, { a: [null, 1, "x", true, { b: {} }] }],
    ["jsons", [{}, { a: 1 }]],
    ["jsonByKey", { k: { a: 1 } }],
    ["wString", undefined, "", "x"],
    ["wInt64", 1n],
    ["wBytes", new Uint8Array(1)],
    ["wFloat", 1.5],
    ["paint", create(PaintSchema, { colour: 1, colours: [2] })],
    ["$unknown", undefined, [], [{ no: 1000, wireType: 0, data: new Uint8Array([1]) }]],
  ])("in %s", (field, ...values) => {
    for (const [index, value] of values.entries()) expect(found(field, value), `value ${index}`).toBeUndefined();
  });
});

describe("refuses", () => {
  test.each<[field: string, ...values: unknown[]]>([
    ["fDouble", "1", 1n, null, undefined, {}],
    ["fFloat", 3.5e38, "1"],
    ["fInt32", 1.5, 0x80000000, -0x80000001, "1", 1n, Number.NaN, undefined],
    ["fSint32", 0x80000000],
    ["fSfixed32", -0x80000001],
    ["fUint32", -1, 0x100000000],
    ["fFixed32", -1, 0x100000000],
    ["fInt64", 1, "1", max64, -max64 - 1n],
    ["fSint64", max64],
    ["fSfixed64", max64],
    ["fUint64", -1n, 2n * max64, 1],
    ["fFixed64", -1n, 2n * max64],
    ["fBool", 0, "true", undefined],
    ["fString", 5, undefined, null, "\ud800", "a\udc00"],
    ["fBytes", [1], "AA==", new ArrayBuffer(1), new Uint16Array(1)],
    ["mood", "MOOD_GOOD", 1.5, 0x80000000],
    ["maybe", 5, null],
    ["longText", 1n, 1, "1.5", "", "x", "9223372036854775808", "007", "-0", "+1"],
    ["ulongText", "-1", "18446744073709551616"],
    ["strings", "a", [5], [undefined], new Array(1), new Set(["a"])],
    ["longTexts", [1n]],
    ["byString", { a: 5 }, ["a"], new Map([["a", "b"]]), { "\ud800": "" }, null],
    ["byInt32", { a: "" }, { "1.5": "" }, { "2147483648": "" }, { "01": "" }, { "-0": "" }, { "": "" }],
    ["byUint64", { "-1": create(KindsSchema) }, { "18446744073709551616": create(KindsSchema) }, { 1: {} }],
    ["byBool", { yes: 1n }, { true: 1 }],
    ["bySint64", { "9223372036854775808": new Uint8Array() }],
    ["byFixed32", { "-1": 0 }, { "4294967296": 0 }],
    ["choice", undefined, {}.constructor, { case: "text", value: 5 }, { case: "text" }, { case: "nope", value: 1 }],
    ["choice", { case: "nested", value: {} }, { case: "wrappedChoice", value: 1n }, { case: ["text"], value: "x" }],
    ["one", {}, { $typeName: "lab.v1.Kinds" }, create(PaintSchema), null],
    ["json", [], "x", null, { a: undefined }, { a: 1n }, { a: Number.NaN }, { a: new Date() }, { a: new Map() }],
    ["json", { a: "\ud800" }, { "\ud800": 1 }, { a: new Array(1) }, new Map(), { a: () => 1 }],
    ["jsons", [create(KindsSchema).json], [[]]],
    ["wString", 5, { value: "x" }, null],
    ["wInt64", 1],
    ["wFloat", 1e39],
    ["paint", Object.assign(create(PaintSchema), { colour: 3 }), Object.assign(create(PaintSchema), { colours: [0] })],
    ["paint", Object.assign(create(PaintSchema), { layers: undefined })],
    ["$unknown", "x", [{}], [{ no: 1000, wireType: 0, data: new Uint8Array([0x80]) }]],
    [
      "$unknown",
      [{ no: 3, wireType: 0, data: new Uint8Array([1]) }],
      [{ no: 0, wireType: 0, data: new Uint8Array([1]) }],
    ],
  ])("in %s", (field, ...values) => {
    for (const [index, value] of values.entries()) expect(found(field, value), `value ${index}`).toBeDefined();
  });

  test("a required field that is not set, at any depth", () => {
    expect(findInvalidField(StrictSchema, create(StrictSchema))).toMatchObject({ field: "name" });
    const inner = create(StrictSchema, { name: "", inner: {} });
    expect(findInvalidField(StrictSchema, inner)).toMatchObject({ field: "inner.number" });
    const whole = create(StrictSchema, { name: "", inner: { number: 0 }, pair: { left: 1 } });
    expect(findInvalidField(StrictSchema, whole)).toBeUndefined();
  });

  test("and says where, in words", () => {
    const message = withValue("many", [create(KindsSchema), withValue("byInt32", { "5": 7 })]);
    expect(findInvalidField(KindsSchema, message)).toEqual({
      field: 'many[1].byInt32["5"]',
      reason: "expected a string, got number 7",
    });
    expect(found("choice", { case: "text", value: 5n })).toEqual({
      field: "choice.text",
      reason: "expected a string, got bigint 5",
    });
    expect(found("json", { a: [{ b: undefined }] })).toEqual({
      field: "json.a[0].b",
      reason: "expected a JSON value, got undefined",
    });
  });
});

describe("depth", () => {
  const reads = (message: Kinds) => {
    try {
      fromBinary(KindsSchema, toBinary(KindsSchema, message));
      return true;
    } catch {
      return false;
    }
  };
  const nested = (depth: number, innermost: Kinds): Kinds => {
    let message = innermost;
    for (let i = 0; i < depth; i++) message = withValue("one", message);
    return message;
  };
  const nestedJson = (depth: number, inList: boolean) => {
    let json: unknown = {};
    for (let i = 0; i < depth; i++) json = inList ? [json] : { a: json };
    return withValue("json", { a: json });
  };

  test("is taken exactly as far as it can be read again", () => {
    for (let depth = 90; depth < 105; depth++) {
      for (const innermost of [create(KindsSchema), withValue("wString", "x"), withValue("json", {})]) {
        const message = nested(depth, innermost);
        expect(findInvalidField(KindsSchema, message) === undefined, `depth ${depth}`).toBe(reads(message));
      }
    }
    for (let depth = 40; depth < 60; depth++) {
      for (const inList of [false, true]) {
        const message = nestedJson(depth, inList);
        expect(findInvalidField(KindsSchema, message) === undefined, `JSON depth ${depth}`).toBe(reads(message));
      }
    }
  });

  test("without end is refused, not followed", () => {
    const message = create(KindsSchema);
    message.one = message;
    expect(findInvalidField(KindsSchema, message)?.reason).toContain("deeper");
    const json: Record<string, unknown> = {};
    json.a = json;
    json.b = json;
    expect(found("json", json)?.reason).toContain("deeper");
  });
});
