import { clone, create, equals, isMessage, toBinary, toJson } from "@bufbuild/protobuf";
import { anyUnpack, timestampDate } from "@bufbuild/protobuf/wkt";
import { expect, expectTypeOf, test } from "vitest";
import { type Kinds, KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import type { Immutable } from "../../src/schema/immutable.js";
import type { Payload, PayloadInit } from "../../src/schema/payload.js";

// What is wrong here is so for the compiler: `tsc -p test` holds it. Nothing of it runs.

type Frozen = Payload<typeof KindsSchema>;
type Init = PayloadInit<typeof KindsSchema>;

function _nothingCanBeChanged(payload: Frozen): void {
  // @ts-expect-error: a field
  payload.fString = "";
  // @ts-expect-error: a list that grows
  payload.strings.push("x");
  // @ts-expect-error: a list that is sorted
  payload.strings.sort();
  // @ts-expect-error: a list that is turned round
  payload.many.reverse();
  // @ts-expect-error: a list that shrinks
  payload.strings.length = 0;
  // @ts-expect-error: an item of a list
  payload.strings[0] = "x";
  // @ts-expect-error: an item of a list of wrappers
  payload.wList.pop();
  // @ts-expect-error: a field of a nested message
  if (payload.one) payload.one.fString = "";
  for (const each of payload.many) {
    // @ts-expect-error: a field of a message in a list
    each.fString = "";
  }
  // @ts-expect-error: an entry of a map
  payload.byString.x = "y";
  // @ts-expect-error: an entry that is taken from a map
  delete payload.byString.x;
  // @ts-expect-error: an entry of a map of messages
  payload.byUint64[1] = create(KindsSchema);
  // @ts-expect-error: the case of a oneof
  payload.choice.case = undefined;
  // @ts-expect-error: a field of a message in a oneof
  if (payload.choice.case === "nested") payload.choice.value.fString = "";
  // @ts-expect-error: a key of JSON
  if (payload.json) payload.json.x = "y";
  // @ts-expect-error: a key of JSON in a list
  if (payload.jsons[0]) payload.jsons[0].x = "y";
  // @ts-expect-error: a timestamp
  if (payload.at) payload.at.seconds = 0n;
  // @ts-expect-error: an Any
  if (payload.any) payload.any.typeUrl = "";
  // @ts-expect-error: a byte
  payload.fBytes[0] = 1;
  // @ts-expect-error: bytes
  payload.fBytes.set([1]);
  // @ts-expect-error: bytes in a list
  payload.blobs[0]?.fill(0);
  // @ts-expect-error: fields that the schema does not know
  payload.$unknown?.push({ no: 1, wireType: 0, data: new Uint8Array() });
}

function _protobufTakesIt(payload: Frozen, other: Frozen): void {
  toBinary(KindsSchema, payload);
  toJson(KindsSchema, payload);
  equals(KindsSchema, payload, other);
  isMessage(payload, KindsSchema);
  if (payload.at) timestampDate(payload.at);
  if (payload.any) anyUnpack(payload.any, KindsSchema);
  create(KindsSchema, payload);
  create(KindsSchema, { many: payload.many, one: payload.one, json: payload.json, choice: payload.choice });
  // What is copied may be changed.
  clone(KindsSchema, payload).strings.push("x");
  [...payload.strings].sort();
  payload.strings.toSorted().push("x");
  payload.strings.map((each) => each.length).push(1);
  payload.many.filter(({ fBool }) => fBool).push(payload);
  payload.fBytes.slice().fill(0);
  ({ ...payload.byString }).x = "y";
  expectTypeOf(payload.many).toExtend<readonly Immutable<Kinds>[]>();
  expectTypeOf(payload.fBytes).toExtend<Uint8Array>();
  expectTypeOf(payload).toExtend<Kinds>();
  expectTypeOf<Kinds>().toExtend<Frozen>();
  if (payload.choice.case === "text") expectTypeOf(payload.choice.value).toEqualTypeOf<string>();
}

function _inits(payload: Frozen, message: Kinds, texts: readonly string[]): readonly Init[] {
  return [
    {},
    payload,
    message,
    { ...payload, strings: [...payload.strings, "x"], one: payload.one && { ...payload.one, fString: "x" } },
    { ...payload, many: payload.many.map((each) => ({ ...each, fBool: true })) },
    { strings: texts, many: payload.many, blobs: payload.blobs, byUint64: payload.byUint64, byString: {} },
    { many: [...payload.many, message, { fString: "x", strings: texts }], byUint64: { 1: { fString: "x" } } },
    { json: payload.json, jsons: payload.jsons, choice: payload.choice, at: payload.at, wBytes: payload.wBytes },
    { json: { list: ["x", 1, null] as const, nested: { x: [true] } }, choice: { case: "number", value: 1 } },
    // @ts-expect-error: no field of a nested message
    { one: { nofield: 1 } },
    // @ts-expect-error: a value of another type in a list of messages
    { many: [{ fString: 1 }] },
    // @ts-expect-error: no case of the oneof
    { choice: { case: "nothing", value: 1 } },
  ];
}

test("nobody can change a payload, and protobuf-es takes it: see the types above", () => {
  expect([_nothingCanBeChanged, _protobufTakesIt, _inits]).toHaveLength(3);
});
