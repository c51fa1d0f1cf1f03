import fc from "fast-check";

// Values for the fields of lab.v1.Kinds: right ones, wrong ones, and those at the edge.

const awkwardStrings = ["", "a", "\ud800", "\udc00x", "🙂", "a\u0000b", "__proto__", "constructor"];
const string = fc.oneof(fc.string({ unit: "binary", maxLength: 5 }), fc.constantFrom(...awkwardStrings));
const awkward = fc.constantFrom<unknown>(
  undefined,
  null,
  1.5,
  -1,
  0,
  -0,
  Number.NaN,
  "x",
  "",
  1n,
  true,
  [],
  {},
  () => 1,
);
const orAwkward = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 20, arbitrary: right }, { weight: 1, arbitrary: awkward });

const int32 = orAwkward(fc.constantFrom(0, 1, -1, 0x7fffffff, -0x80000000, 0x80000000, -0x80000001));
const uint32 = orAwkward(fc.constantFrom(0, 1, 0xffffffff, 0x100000000, -1));
const int64 = orAwkward(fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 63n) - 1n));
const uint64 = orAwkward(fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 2n ** 64n, -1n));
const longText = orAwkward(
  fc.constantFrom(
    "0",
    "1",
    "-1",
    "007",
    "-0",
    "+1",
    "1e3",
    "9223372036854775807",
    "18446744073709551615",
    "18446744073709551616",
  ),
);
const double = orAwkward(fc.double());
const float = orAwkward(fc.oneof(fc.float(), fc.double(), fc.constantFrom(0.1, 3.5e38, 1e-50)));
const bool = orAwkward(fc.boolean());
const bytes = orAwkward(fc.uint8Array({ maxLength: 4 }));
const mood = orAwkward(fc.constantFrom(0, 1, 77, -1, 0x80000000));
const json = fc.oneof(
  { weight: 20, arbitrary: fc.dictionary(string, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(string, awkward, { maxKeys: 2 }) },
  { weight: 2, arbitrary: fc.constantFrom({ at: new Date(0) }, { map: new Map() }, { text: "\ud800" }, { n: -0 }) },
);
const mapOf = (key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
  orAwkward(fc.dictionary(key, value, { maxKeys: 3, noNullPrototype: true }));
const intKey = fc.constantFrom("0", "1", "-1", "007", "-0", "+5", "x", "", "1e3", "2147483648", "4294967296");
const longKey = fc.constantFrom(
  "0",
  "1",
  "-1",
  "08",
  "9223372036854775808",
  "18446744073709551615",
  "18446744073709551616",
);
const listOf = (item: fc.Arbitrary<unknown>) => orAwkward(fc.array(item, { maxLength: 3 }));

/** Some of the fields: the more there are, the less likely is an object that is right as a whole. */
function someOf(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> {
  const entries = Object.entries(fields).map(([name, value]) => fc.tuple(fc.constant(name), value));
  return fc
    .array(fc.oneof({ depthIdentifier: "kinds", maxDepth: 2 }, ...entries), { maxLength: 4 })
    .map(Object.fromEntries);
}

/** An object that may be right for lab.v1.Kinds, at all depths, and often is not. */
export const kindsInit: fc.Arbitrary<object> = fc.letrec<{ kinds: object; value: unknown }>((tie) => ({
  value: orAwkward(
    fc.oneof(
      { maxDepth: 3, depthIdentifier: "value" },
      fc.record({ kind: fc.record({ case: fc.constant("numberValue"), value: double }) }),
      fc.record({ kind: fc.record({ case: fc.constant("stringValue"), value: string }) }),
      fc.record({ kind: fc.record({ case: fc.constant("nullValue"), value: fc.constant(0) }) }),
      fc.record({ kind: fc.record({ case: fc.constant("structValue"), value: json }) }),
      fc.record({
        kind: fc.record({
          case: fc.constant("structValue"),
          value: fc.record({ fields: fc.dictionary(string, tie("value"), { maxKeys: 2, noNullPrototype: true }) }),
        }),
      }),
      fc.record({
        kind: fc.record({
          case: fc.constant("listValue"),
          value: fc.record({ values: fc.array(tie("value"), { maxLength: 2 }) }),
        }),
      }),
    ),
  ),
  kinds: someOf({
    fDouble: double,
    fFloat: float,
    fInt32: int32,
    fInt64: int64,
    fUint32: uint32,
    fUint64: uint64,
    fSint32: int32,
    fSint64: int64,
    fFixed32: uint32,
    fFixed64: uint64,
    fSfixed32: int32,
    fSfixed64: int64,
    fBool: bool,
    fString: string,
    fBytes: bytes,
    mood,
    maybe: string,
    longText,
    ulongText: longText,
    strings: listOf(string),
    longs: listOf(int64),
    blobs: listOf(bytes),
    many: fc.array(tie("kinds"), { maxLength: 1, depthIdentifier: "kinds" }),
    one: fc.option(tie("kinds"), { nil: undefined, maxDepth: 2, depthIdentifier: "kinds" }),
    longTexts: listOf(longText),
    byString: mapOf(string, string),
    byInt32: mapOf(intKey, string),
    byUint64: mapOf(longKey, fc.constant({ fString: "x" })),
    byBool: mapOf(fc.constantFrom("true", "false", "TRUE", "1"), int64),
    bySint64: mapOf(longKey, bytes),
    byFixed32: mapOf(intKey, mood),
    choice: orAwkward(
      fc.oneof(
        fc.record({ case: fc.constant("text"), value: string }),
        fc.record({ case: fc.constant("number"), value: int32 }),
        fc.record({ case: fc.constant("nested"), value: fc.constant({ fInt32: 3 }) }),
        fc.record({ case: fc.constant("jsonChoice"), value: json }),
        fc.record({ case: fc.constant("wrappedChoice"), value: fc.record({ value: int64 }) }),
        fc.record({ case: fc.constant("blob"), value: bytes }),
        fc.record({ case: fc.constantFrom("nope", "__proto__", 3), value: string }),
      ),
    ),
    json: orAwkward(json),
    jsons: listOf(json),
    jsonByKey: mapOf(string, json),
    jsonValue: tie("value"),
    jsonList: fc.record({ values: fc.array(tie("value"), { maxLength: 2 }) }),
    at: orAwkward(fc.record({ seconds: int64, nanos: int32 })),
    any: orAwkward(fc.record({ typeUrl: string, value: bytes })),
    wString: orAwkward(string),
    wInt64: int64,
    wBytes: bytes,
    wFloat: float,
    wList: listOf(fc.record({ value: int32 })),
    paint: orAwkward(
      fc.record(
        {
          colour: orAwkward(fc.constantFrom(1, 2, 3, 0)),
          colours: listOf(fc.constantFrom(1, 2, 2, 3)),
          layers: int32,
          name: string,
        },
        { requiredKeys: [] },
      ),
    ),
  }),
})).kinds;
