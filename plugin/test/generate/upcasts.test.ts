import { expect, test } from "vitest";
import { feature, run } from "../support/run.js";

function generated(body: string): string {
  const { error, files } = run({ "t.proto": feature(body) });
  expect(error).toEqual([]);
  return files["t_sessionstream.ts"] ?? "";
}

const code = generated(`// It went.
message WentEvent { option (sessionstream.v1.event) = {version: 3}; }
message OlderEvent { option (sessionstream.v1.event) = {version: 2 superseded_by: "TWent"}; }
// Long ago.
message OldestEvent { option (sessionstream.v1.event) = {superseded_by: "TOlder"}; option deprecated = true; }
message OtherEvent { option (sessionstream.v1.event) = {superseded_by: "TPlain"}; }
message PlainEvent { option (sessionstream.v1.event) = {version: 1}; }
message GoCommand { option (sessionstream.v1.command) = {}; }`);

test("a descriptor says its version, and what superseded it", () => {
  expect(
    [...code.matchAll(/^export const \w+: (Desc\w*Event)<"(\w+)", .*?> = \/\*@__PURE__\*\/ (.*);$/gm)].map((match) =>
      match.slice(1),
    ),
  )
    // The order is that of the proto file.
    .toEqual([
      ["DescEvent", "TWent", 'event("TWent", WentEventSchema, { version: 3 })'],
      ["DescSupersededEvent", "TOlder", 'supersededEvent("TOlder", OlderEventSchema, { by: "TWent", version: 2 })'],
      ["DescSupersededEvent", "TOldest", 'supersededEvent("TOldest", OldestEventSchema, { by: "TOlder" })'],
      ["DescSupersededEvent", "TOther", 'supersededEvent("TOther", OtherEventSchema, { by: "TPlain" })'],
      ["DescEvent", "TPlain", 'event("TPlain", PlainEventSchema)'],
    ]);
});

test("the feature has superseded events apart, and neither its events nor its projections have them", () => {
  expect(code).toContain(`  commands: [TGo],
  events: [TWent, TPlain],
  supersededEvents: [TOlder, TOldest, TOther],
});`);
  expect(code).toContain("  typeof TGo,\n  typeof TWent | typeof TPlain,\n  never,\n  never\n");
  expect(code).toContain("export type TEvent =\n  | BackendEvent<typeof TWent>\n  | BackendEvent<typeof TPlain>;");
  expect(code).toContain("OpenedContext<typeof TWent | typeof TPlain>");
  expect(code.match(/(?<= {2})\w+(?=: UiProjector)/g)).toEqual(["went", "plain"]);
  expect(code.match(/(?<= {2})\w+(?=: TimelineProjector)/g)).toEqual(["went", "plain"]);
});

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
  const second = generated("message WentEvent { option (sessionstream.v1.event) = {version: 2}; }");
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
  const plain = generated("message WentEvent { option (sessionstream.v1.event) = {version: 1}; }");
  expect(plain).not.toMatch(/upcast|OldEvent|superseded|version: /i);
});

test("an event's methods keep their names when another one is superseded", () => {
  const clash = (option: string) =>
    generated(`message A { option (sessionstream.v1.event) = {name: "TURLOpened"}; }
message B { option (sessionstream.v1.event) = {name: "TUrlOpened" ${option}}; }`);
  expect(clash("")).toContain("  TURLOpened: UiProjector");
  expect(clash('superseded_by: "TURLOpened"')).toContain("  TURLOpened: UiProjector");
  expect(clash('superseded_by: "TURLOpened"')).toContain("  TUrlOpened: Upcaster");
});
