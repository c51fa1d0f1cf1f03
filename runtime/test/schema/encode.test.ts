import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cases } from "../../../test/fixtures/cases.js";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { LegacyHolderSchema, LegacySchema } from "../../../test/fixtures/gen/lab/v1/legacy_pb.js";
import { encode } from "../../src/schema/encode.js";
import { kindsInit } from "./check/kinds.js";

// protobuf-es is the judge: the same bytes, or the same error.

/** What an encoder makes of a message. */
function outcome(made: () => Uint8Array): unknown {
  try {
    return Buffer.from(made()).toString("hex");
  } catch (thrown) {
    return String(thrown);
  }
}

function compare<Schema extends DescMessage>(schema: Schema, message: MessageShape<Schema>): string {
  const want = outcome(() => toBinary(schema, message));
  expect(outcome(() => encode(schema, message))).toBe(want);
  return String(want);
}

/** Right and wrong messages, which are not checked first, as protobuf-es lets them be made. */
function kindsOf(init: object): MessageShape<typeof KindsSchema> | undefined {
  try {
    return create(KindsSchema, init);
  } catch {
    return undefined;
  }
}

test("any message of every kind of field, right or wrong", () => {
  let encoded = 0;
  let refused = 0;
  fc.assert(
    fc.property(kindsInit, (init) => {
      const message = kindsOf(init);
      if (message === undefined) return;
      if (/^([0-9a-f]{2})*$/.test(compare(KindsSchema, message))) encoded++;
      else refused++;
    }),
    cases(2000),
  );
  expect(encoded).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(50);
});

test("any message that is decoded, with fields that are not known", () => {
  let withUnknown = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const schema of [KindsSchema, TimestampSchema, LegacyHolderSchema]) {
        let message: MessageShape<typeof schema>;
        try {
          message = fromBinary(schema, bytes);
        } catch {
          continue;
        }
        if (message.$unknown !== undefined) withUnknown++;
        compare(schema, message);
      }
    }),
    cases(1500),
  );
  expect(withUnknown).toBeGreaterThan(50);
});

const text = fc.option(fc.string({ maxLength: 3 }), { nil: undefined });
const legacy: fc.Arbitrary<object> = fc.letrec<{ legacy: object }>((tie) => ({
  legacy: fc.record(
    {
      // Undefined where it is required.
      name: text,
      layers: fc.constantFrom(0, 3, 2 ** 31),
      unpacked: fc.array(fc.integer(), { maxLength: 3 }),
      packed: fc.array(fc.integer(), { maxLength: 3 }),
      inner: fc.record({ text, legacy: fc.option(tie("legacy"), { nil: undefined, maxDepth: 2 }) }),
      item: fc.array(fc.record({ done: fc.boolean() }), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  ),
})).legacy;

test("groups, required fields and defaults of proto2, also in a message that has none", () => {
  fc.assert(
    fc.property(legacy, legacy, fc.bigInt({ min: -9n, max: 9n }), (one, other, number) => {
      compare(LegacySchema, create(LegacySchema, one));
      compare(
        LegacyHolderSchema,
        create(LegacyHolderSchema, { before: "b", legacy: one, many: [other, one], after: "", part: { number } }),
      );
    }),
    cases(300),
  );
});

describe("the writer that all messages share", () => {
  test("gives each message bytes of its own", () => {
    const first = encode(TimestampSchema, create(TimestampSchema, { nanos: 1 }));
    const second = encode(TimestampSchema, create(TimestampSchema, { nanos: 2 }));
    expect([...first, ...second]).toEqual([16, 1, 16, 2]);
    expect(first.buffer.byteLength).toBe(2);
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
  });

  test("goes on after a message that cannot be encoded", () => {
    const wrong = create(KindsSchema, { one: { fString: "before", fInt32: 1.5 } });
    expect(() => encode(KindsSchema, wrong)).toThrow("f_int32");
    compare(KindsSchema, create(KindsSchema, { one: { fString: "after" } }));
  });

  test("goes on after a message of megabytes", () => {
    compare(KindsSchema, create(KindsSchema, { fBytes: new Uint8Array(5_000_000) }));
    compare(KindsSchema, create(KindsSchema, { fString: "small" }));
  });

  test("is not disturbed by a getter that encodes another message", () => {
    const message = create(KindsSchema, { fString: "x" });
    let encoded: unknown;
    Object.defineProperty(message, "maybe", {
      enumerable: true,
      get: () => {
        encoded = encode(TimestampSchema, create(TimestampSchema, { nanos: 1 }));
        return "y";
      },
    });
    compare(KindsSchema, message);
    expect(encoded).toEqual(new Uint8Array([16, 1]));
  });

  test("refuses a message of another type in a field", () => {
    const message = create(KindsSchema);
    message.one = create(TimestampSchema) as never;
    compare(KindsSchema, message);
    expect(() => encode(KindsSchema, message)).toThrow("google.protobuf.Timestamp");
  });
});
