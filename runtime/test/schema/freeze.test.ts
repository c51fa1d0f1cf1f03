import { clone, create, equals, fromBinary, isFieldSet, isMessage, toBinary, toJson } from "@bufbuild/protobuf";
import { reflect } from "@bufbuild/protobuf/reflect";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cases } from "../../../test/fixtures/cases.js";
import { ContentSchema } from "../../../test/fixtures/gen/box/v1/box_pb.js";
import { KindsSchema } from "../../../test/fixtures/gen/lab/v1/kinds_pb.js";
import { ReadingSchema } from "../../../test/fixtures/gen/lab/v1/reading_pb.js";
import { freeze, howToMend, isDevelopment } from "../../src/schema/freeze.js";
import { toPayload } from "../../src/schema/payload.js";
import { kindsInit } from "./check/kinds.js";

test("what protobuf-es makes of a message is the same where it is frozen", () => {
  let frozen = 0;
  fc.assert(
    fc.property(kindsInit, (init) => {
      let payload: ReturnType<typeof toPayload<typeof KindsSchema>>;
      try {
        payload = toPayload(KindsSchema, init as object, "x", {});
      } catch {
        return;
      }
      frozen++;
      const free = fromBinary(KindsSchema, toBinary(KindsSchema, payload));
      expect(freeze(payload)).toBe(payload);
      expect(isFrozen(payload)).toBe(true);
      expect(toBinary(KindsSchema, payload)).toEqual(toBinary(KindsSchema, free));
      expect(jsonOf(payload)).toEqual(jsonOf(free));
      expect(equals(KindsSchema, payload, payload)).toBe(equals(KindsSchema, free, free));
      expect(isMessage(payload, KindsSchema)).toBe(true);
      for (const field of KindsSchema.fields) {
        expect(isFieldSet(payload, field)).toBe(isFieldSet(free, field));
        reflect(KindsSchema, payload).get(field);
      }
      const copy = clone(KindsSchema, payload);
      copy.strings.push("more");
      copy.many.push(create(KindsSchema));
      copy.one = copy.many[0];
      expect(toBinary(KindsSchema, payload)).toEqual(toBinary(KindsSchema, free));
    }),
    cases(500),
  );
  expect(frozen).toBeGreaterThan(50);
});

test("the defaults of explicit presence are still read, and the field cannot be set", () => {
  const reading = freeze(create(ReadingSchema, { meter: "m" }));
  expect([reading.value, reading.unit, isFieldSet(reading, ReadingSchema.field.value)]).toEqual([7, "volt", false]);
  expect(() => Object.assign(reading, { value: 3 })).toThrow(TypeError);
});

test("bytes are left alone", () => {
  const content = freeze(create(ContentSchema, { data: new Uint8Array(3), boxes: [{ data: new Uint8Array() }] }));
  expect([isFrozen(content), Object.isFrozen(content.data)]).toEqual([true, false]);
});

describe("how to mend", () => {
  const content = freeze(create(ContentSchema, { items: ["b", "a"], labels: { x: "y" } }));
  const writes: readonly (readonly [string, () => unknown])[] = [
    ["push", () => content.items.push("c")],
    ["pop", () => content.items.pop()],
    ["shift", () => content.items.shift()],
    ["sort", () => content.items.sort()],
    ["reverse", () => content.items.reverse()],
    ["splice", () => content.items.splice(0, 1)],
    ["fill", () => content.items.fill("x")],
    ["length", () => Object.assign(content.items, { length: 0 })],
    ["an item", () => Object.assign(content.items, ["c"])],
    ["a field", () => Object.assign(content, { data: new Uint8Array() })],
    ["a field that was not set", () => Object.assign(content, { json: {} })],
    ["an entry", () => Object.assign(content.labels, { x: "z" })],
    ["a new entry", () => Object.assign(content.labels, { y: "z" })],
    [
      "an entry that is deleted",
      () => {
        const labels: Record<string, string> = content.labels;
        delete labels.x;
      },
    ],
    ["define", () => Object.defineProperty(content, "new", { value: 1 })],
  ];

  test.each(writes)("is said of %s", (_, write) => {
    let thrown: unknown;
    try {
      write();
    } catch (error) {
      thrown = error;
    }
    expect(howToMend(thrown, "the projections of X")).toContain("what the projections of X are given is immutable");
    expect(content).toEqual(create(ContentSchema, { items: ["b", "a"], labels: { x: "y" } }));
  });

  // As other engines say it.
  test.each([
    '"text" is read-only',
    "can't define property 0: Array is not extensible",
    'property "x" is non-configurable and can\'t be deleted',
    "Attempted to assign to readonly property.",
    "Attempting to define property on object that is not extensible.",
    "Unable to delete property.",
  ])("is said of %s", (message) => {
    expect(howToMend(new TypeError(message), "x")).toContain("immutable");
  });

  test.each([
    [new TypeError("Cannot read properties of undefined (reading 'text')")],
    [new TypeError("x is not a function")],
    [new Error("the file is read-only")],
    ["read-only"],
    [undefined],
  ])("is not said of %s", (thrown) => {
    expect(howToMend(thrown, "x")).toBe("");
  });
});

describe("by default, payloads are frozen", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  test.each([
    ["production", false],
    ["development", true],
    ["test", true],
    ["", true],
    [undefined, true],
  ])("where NODE_ENV is %s: %s", (value, isFrozen) => {
    vi.stubEnv("NODE_ENV", value);
    expect(isDevelopment()).toBe(isFrozen);
  });

  test.each([[undefined], [{}], [{ env: undefined }]])("where the process is %s", (process) => {
    vi.stubGlobal("process", process);
    const found = isDevelopment();
    vi.unstubAllGlobals();
    expect(found).toBe(true);
  });
});

function isFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

/** JSON cannot have everything, such as an Any of no known type. */
function jsonOf(message: Parameters<typeof toJson<typeof KindsSchema>>[1]): unknown {
  try {
    return toJson(KindsSchema, message);
  } catch (thrown) {
    return String(thrown);
  }
}
