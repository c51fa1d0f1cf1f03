import { expect, test } from "vitest";
import { historyProto } from "../support/history.js";
import { generatedCode } from "../support/run.js";

const code = generatedCode(historyProto);

test("the upcasts have a step for each older version of an event, and a method for each that is superseded", () => {
  expect(code).toContain(`export type TOldEvent =
  | OldEvent<typeof TWent, 1 | 2>
  | OldEvent<typeof TOlder>
  | OldEvent<typeof TOldest>
  | OldEvent<typeof TOther>;`);
  expect(code).toContain(`export interface TUpcasts {
  /** It went. */
  went: {
    /** Turns version 1 into version 2. */
    readonly 1: Upcaster<typeof TWent>;
    /** Turns version 2 into version 3. */
    readonly 2: Upcaster<typeof TWent>;
  };
  /** Turns it, of whatever version it is, into version 1 of TWent. */
  older: Upcaster<typeof TOlder, typeof TWent>;
  /**
   * Long ago.
   *
   * Turns it into version 1 of TOlder.
   *
   * @deprecated
   */
  oldest: Upcaster<typeof TOldest, typeof TOlder>;
  /** Turns it into version 1 of TPlain. */
  other: Upcaster<typeof TOther, typeof TPlain>;
}`);
  expect(code).toContain(
    "export function upcastT(upcasts: TUpcasts, event: TOldEvent): PayloadInit<typeof WentEventSchema> | PayloadInit<typeof OlderEventSchema> | PayloadInit<typeof PlainEventSchema> {",
  );
  expect(code).toContain(`    case "TWent":\n      return upcasts.went[event.version](event);`);
  expect(code).toContain(`    case "TOldest":\n      return upcasts.oldest(event);`);
  expect(code).toContain("  upcasts: TUpcasts;\n");
  expect(code).toContain("    upcast: (event: TOldEvent) => upcastT(implementation.upcasts, event),\n");
});

test("an event of version 2 has one step", () => {
  const second = generatedCode("message WentEvent { option (sessionstream.v1.event) = {version: 2}; }");
  expect(second).toContain("export type TOldEvent = OldEvent<typeof TWent, 1>;");
  expect(second).toContain(`export interface TUpcasts {
  went: {
    /** Turns version 1 into version 2. */
    readonly 1: Upcaster<typeof TWent>;
  };
}`);
  expect(second).toContain("return upcasts.went[event.version](event);");
});

test("a feature whose events are what they were has no upcasts", () => {
  const plain = generatedCode("message WentEvent { option (sessionstream.v1.event) = {version: 1}; }");
  expect(plain).not.toMatch(/upcast|OldEvent|superseded|version: /i);
});
