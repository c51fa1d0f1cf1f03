import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { type Kinds, KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { clearFields, type FieldPath, fieldPath } from "../../src/schema/clear-fields.js";

function pathOf(path: string, schema: DescMessage = KindsSchema): FieldPath {
  const found = fieldPath(schema, path);
  if (!Array.isArray(found)) throw new Error(`no path ${path}`);
  return found as unknown as FieldPath;
}

function cleared(init: MessageInitShape<typeof KindsSchema>, ...paths: readonly string[]): Kinds {
  const payload = toBinary(KindsSchema, create(KindsSchema, init));
  return fromBinary(
    KindsSchema,
    clearFields(
      KindsSchema,
      payload,
      paths.map((path) => pathOf(path)),
    ),
  );
}

const kinds = (init: MessageInitShape<typeof KindsSchema>) => create(KindsSchema, init);
const secret = { fString: "secret", fInt32: 7 };
const kept = { fInt32: 7 };

describe("a field is cleared", () => {
  test.each<[path: string, before: MessageInitShape<typeof KindsSchema>, after: MessageInitShape<typeof KindsSchema>]>([
    ["f_string", secret, kept],
    ["maybe", { ...kept, maybe: "secret" }, kept],
    ["strings", { ...kept, strings: ["secret", "more"] }, kept],
    ["by_string", { ...kept, byString: { secret: "more" } }, kept],
    ["text", { ...kept, choice: { case: "text", value: "secret" } }, kept],
    ["json", { ...kept, json: { secret: [1, { more: true }] } }, kept],
    ["w_string", { ...kept, wString: "secret" }, kept],
    ["w_string.value", { wString: "secret" }, { wString: "" }],
    ["one", { ...kept, one: secret }, kept],
    ["one.f_string", { ...secret, one: secret }, { ...secret, one: kept }],
    ["one.one.f_string", { one: { ...secret, one: secret } }, { one: { ...secret, one: kept } }],
    ["many.f_string", { many: [secret, kept, secret] }, { many: [kept, kept, kept] }],
    ["many.many.f_string", { many: [{ many: [secret, secret] }] }, { many: [{ many: [kept, kept] }] }],
    ["by_uint64.f_string", { byUint64: { 1: secret, 2: secret } }, { byUint64: { 1: kept, 2: kept } }],
    ["nested.f_string", { choice: { case: "nested", value: secret } }, { choice: { case: "nested", value: kept } }],
    ["json.fields", { ...kept, json: { secret: 1 } }, { ...kept, json: {} }],
    ["jsons.fields", { jsons: [{ secret: 1 }, { b: 2 }] }, { jsons: [{}, {}] }],
    ["json_by_key.fields", { jsonByKey: { a: { secret: 1 } } }, { jsonByKey: { a: {} } }],
    ["at.seconds", { at: { seconds: 5n, nanos: 3 } }, { at: { nanos: 3 } }],
  ])("%s", (path, before, after) => {
    expect(cleared(before, path)).toEqual(kinds(after));
  });

  test("where it is not set, and nothing appears on the way", () => {
    expect(cleared(kept, "one.one.f_string", "many.f_string", "nested.f_string", "by_uint64.f_string")).toEqual(
      kinds(kept),
    );
  });

  test("with several paths at once, one within another", () => {
    expect(cleared({ ...secret, one: { ...secret, strings: ["a"] } }, "one.strings", "one", "f_string")).toEqual(
      kinds(kept),
    );
  });
});

test("what the schema does not know stays", () => {
  const unknown = new Uint8Array([...toBinary(KindsSchema, kinds(secret)), 0xfa, 0x3f, 2, 0x68, 0x69]);
  const after = clearFields(KindsSchema, unknown, [pathOf("f_string")]);
  expect(Buffer.from(after).toString("latin1")).toContain("hi");
  expect(Buffer.from(after).toString("latin1")).not.toContain("secret");
});

test.each([
  ["fString", "lab.v1.Kinds", "fString"],
  ["", "lab.v1.Kinds", ""],
  ["one.nothing", "lab.v1.Kinds", "nothing"],
  ["paint.one", "lab.v1.Paint", "one"],
  ["f_string.more", "lab.v1.Kinds", "f_string.more"],
  ["strings.0", "lab.v1.Kinds", "strings.0"],
  ["by_string.key", "lab.v1.Kinds", "by_string.key"],
])("a path that leads nowhere says where it ends: %s", (path, message, field) => {
  expect(fieldPath(KindsSchema, path)).toMatchObject({ message: { typeName: message }, field });
});
