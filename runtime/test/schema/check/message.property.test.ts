import { type create, type DescMessage, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cases } from "../../../../test/fixtures/cases.js";
import { KindsSchema } from "../../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { findInvalidField } from "../../../src/schema/check/message.js";
import { toPayload } from "../../../src/schema/payload.js";
import { kindsInit } from "./kinds.js";

// protobuf-es is the judge: what the check lets through must come back from
// the log as it went in, or live and stored state drift apart.

test("every message that is accepted comes back from its encoding as it was", () => {
  let accepted = 0;
  fc.assert(
    fc.property(kindsInit, (init) => {
      const payload = accept(KindsSchema, init);
      if (payload === undefined) return;
      accepted++;
      const back = fromBinary(KindsSchema, toBinary(KindsSchema, payload));
      expect(findInvalidField(KindsSchema, back)).toBeUndefined();
      expect(back).toEqual(payload);
      if (!hasNaN(payload)) expect(equals(KindsSchema, payload, back)).toBe(true);
    }),
    cases(1200),
  );
  expect(accepted).toBeGreaterThan(200);
});

test("every message that protobuf-es decodes is accepted", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let message: ReturnType<typeof create<typeof KindsSchema>>;
      try {
        message = fromBinary(KindsSchema, bytes);
      } catch {
        return;
      }
      expect(findInvalidField(KindsSchema, message)).toBeUndefined();
    }),
    cases(900),
  );
});

test("whatever is thrown at it, it says yes or no", () => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withTypedArray: true }), (thing) => {
      accept(KindsSchema, thing);
    }),
    cases(600),
  );
});

function accept<D extends DescMessage>(schema: D, init: unknown) {
  try {
    return toPayload(schema, init as Parameters<typeof toPayload<D>>[1], "x", {});
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: expect.stringMatching(/^(INVALID_PAYLOAD|PAYLOAD_TYPE_MISMATCH)$/) });
    return undefined;
  }
}

function hasNaN(value: unknown): boolean {
  if (typeof value === "number") return Number.isNaN(value);
  return typeof value === "object" && value !== null && Object.values(value).some(hasNaN);
}
