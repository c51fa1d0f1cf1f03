import { expect, test } from "vitest";
import { brief, checkCases } from "../../../support/cases.js";

// The entry point of the runtime that has the makers of descriptors.
const makers = "@sessionstream/runtime/codegen";
const runtime = `import { SchemaRegistry } from "@sessionstream/runtime"; import { command, event, run, supersededEvent, timelineEntity, uiEvent } from "${makers}";`;
const wkt = `import { AnySchema, ListValueSchema, StructSchema, ValueSchema } from "@bufbuild/protobuf/wkt";`;
const desc = `import type { DescMessage } from "@bufbuild/protobuf";`;
const concrete = `import { StartInferenceCommandSchema, TokensDeltaEventSchema } from "../gen/chat_pb.js";`;
const registry = `declare const registry: SchemaRegistry;`;
const head = `${runtime} ${wkt} ${desc} ${concrete} ${registry}`;

/** Where it hides, on which lines of which file it is found, and the code. */
const hidden: Readonly<Record<string, { at: readonly string[]; files: string | Readonly<Record<string, string>> }>> = {
  "each of the four types in each method and maker": {
    at: [
      "main.ts:2",
      "main.ts:3",
      "main.ts:4",
      "main.ts:5",
      "main.ts:6",
      "main.ts:7",
      "main.ts:8",
      "main.ts:9",
      "main.ts:10",
      "main.ts:11",
    ],
    files: `${head}
      registry.registerCommand("A", StructSchema);
      registry.registerEvent("A", ValueSchema);
      registry.registerUIEvent("A", ListValueSchema);
      registry.registerTimelineEntity("A", AnySchema, "typeUrl");
      export const a = command("A", StructSchema);
      export const b = event("B", ValueSchema);
      export const c = uiEvent("C", ListValueSchema);
      export const d = timelineEntity("D", AnySchema, "typeUrl");
      export const e = supersededEvent("E", StructSchema, { by: "B" });
      export const f = run("F", StructSchema);`,
  },
  "an import by another name": {
    at: ["main.ts:3"],
    files: `import { StructSchema as Payload } from "@bufbuild/protobuf/wkt";
      import { event as describe } from "${makers}";
      export const a = describe("A", Payload);`,
  },
  "an import of nothing else": {
    at: ["main.ts:3"],
    files: `${wkt}
      import { supersededEvent } from "${makers}";
      export const a = supersededEvent("A", StructSchema, { by: "B" });`,
  },
  "an import of the maker of runs alone": {
    at: ["main.ts:3"],
    files: `${wkt}
      import { run } from "${makers}";
      export const a = run("A", StructSchema);`,
  },
  "an import of all": {
    at: ["main.ts:3"],
    files: `import * as wkt from "@bufbuild/protobuf/wkt";
      import * as ours from "${makers}";
      export const a = ours.event("A", wkt.StructSchema);`,
  },
  "imports from a subpath of the package, however deep": {
    at: ["more.ts:2", "one.ts:2"],
    files: {
      "node_modules/@sessionstream/runtime/package.json": JSON.stringify({
        name: "@sessionstream/runtime",
        exports: { "./one": "./made/one.js", "./one/level/more": "./made/one.js" },
      }),
      "node_modules/@sessionstream/runtime/made/one.d.ts":
        "export declare function event(name: string, schema: unknown): unknown;",
      "one.ts": `import { StructSchema } from "@bufbuild/protobuf/wkt";
        import { event as describe } from "@sessionstream/runtime/one"; export const a = describe("A", StructSchema);`,
      "more.ts": `import { StructSchema } from "@bufbuild/protobuf/wkt";
        import * as ours from '@sessionstream/runtime/one/level/more'; export const b = ours.event("B", StructSchema);`,
    },
  },
  "re-exports through other files": {
    at: ["main.ts:2"],
    files: {
      "first.ts": `export { StructSchema as Generic } from "@bufbuild/protobuf/wkt";`,
      "second.ts": `export * from "./first.js"; export { Generic as Payload } from "./first.js";`,
      "makers.ts": `export { event as makeEvent } from "${makers}";`,
      "main.ts": `import { makeEvent } from "./makers.js"; import { Payload } from "./second.js";
        export const a = makeEvent("A", Payload);`,
    },
  },
  "a variable, and one of a wider type": {
    at: ["main.ts:3", "main.ts:4"],
    files: `${head}
      const a = StructSchema; const b: DescMessage = a;
      registry.registerEvent("A", a);
      registry.registerEvent("B", b);`,
  },
  "a variable that is assigned later": {
    at: ["main.ts:3"],
    files: `${head}
      let a: DescMessage = TokensDeltaEventSchema; a = StructSchema;
      registry.registerEvent("A", a);`,
  },
  "a condition": {
    at: ["main.ts:2", "main.ts:3"],
    files: `${head} declare const flag: boolean; declare const given: DescMessage | undefined;
      registry.registerEvent("A", flag ? TokensDeltaEventSchema : StructSchema);
      registry.registerEvent("B", given ?? StructSchema);`,
  },
  "a helper that passes its parameter on": {
    at: ["main.ts:4", "main.ts:5"],
    files: `${head}
      function add(name: string, schema: DescMessage): void { registry.registerEvent(name, schema); }
      const addTyped = <S extends DescMessage>(name: string, schema: S) => registry.registerEvent(name, schema);
      add("A", StructSchema); add("B", TokensDeltaEventSchema);
      addTyped("C", StructSchema); addTyped("D", TokensDeltaEventSchema);`,
  },
  "helpers of helpers, in files that name nothing of ours": {
    at: ["main.ts:2"],
    files: {
      "add.ts": `${runtime} ${desc}
        export function addOne(registry: SchemaRegistry, schema: DescMessage) { registry.registerEvent("A", schema); }`,
      "more.ts": `import { addOne } from "./add.js"; import type { DescMessage } from "@bufbuild/protobuf";
        export const addMore = (registry: Parameters<typeof addOne>[0], { schema }: { schema: DescMessage }) => addOne(registry, schema);`,
      "payload.ts": `export { StructSchema as Payload } from "@bufbuild/protobuf/wkt";`,
      "main.ts": `import { addMore } from "./more.js"; import { Payload } from "./payload.js";
        export const install = (registry: Parameters<typeof addMore>[0]) => addMore(registry, { schema: Payload });`,
    },
  },
  "a helper with rest parameters": {
    at: ["main.ts:3"],
    files: `${head}
      function add(...schemas: DescMessage[]): void { for (const each of schemas) registry.registerEvent("A", each); }
      add(TokensDeltaEventSchema, StructSchema);`,
  },
  "spread arguments": {
    at: ["main.ts:3", "main.ts:5"],
    files: `${head}
      const typed = ["A", StructSchema] as const;
      registry.registerEvent(...typed);
      const wide: [string, DescMessage] = ["B", StructSchema];
      registry.registerEvent(...wide);`,
  },
  "spread objects and arrays": {
    at: ["main.ts:4", "main.ts:5", "main.ts:7"],
    files: `${head}
      const some = { a: TokensDeltaEventSchema, b: StructSchema };
      const all: Record<string, DescMessage> = { ...some, c: StartInferenceCommandSchema };
      for (const [name, schema] of Object.entries(all)) registry.registerEvent(name, schema);
      for (const schema of Object.values({ ...some })) registry.registerEvent("A", schema);
      const list: DescMessage[] = [...Object.values(some), StartInferenceCommandSchema];
      list.forEach((schema) => registry.registerEvent("A", schema));`,
  },
  "a property, a map, a function's result and a field of a class": {
    at: ["main.ts:3", "main.ts:5", "main.ts:7", "main.ts:8"],
    files: `${head}
      const all: { one: DescMessage; two: DescMessage } = { one: StructSchema, two: TokensDeltaEventSchema };
      registry.registerEvent("A", all.one); registry.registerEvent("B", all.two);
      const byName = new Map<string, DescMessage>([["A", StructSchema]]);
      registry.registerEvent("A", byName.get("A") as DescMessage);
      const make = (): DescMessage => { return StructSchema; };
      registry.registerEvent("A", make());
      export class Feature { schema: DescMessage = StructSchema; add() { registry.registerEvent("A", this.schema); } }`,
  },
  "the parameters of constructors": {
    at: ["main.ts:5", "main.ts:5"],
    files: `${head}
      class Kept { constructor(private readonly schema: DescMessage) {} add() { registry.registerEvent("A", this.schema); } }
      class Assigned { schema: DescMessage; constructor(schema: DescMessage) { this.schema = schema; }
        add() { registry.registerEvent("A", this.schema); } }
      export const all = [new Kept(StructSchema), new Assigned(StructSchema), new Kept(TokensDeltaEventSchema)];`,
  },
  "a registration that was bound": {
    at: ["main.ts:3"],
    files: `${head}
      const add = registry.registerEvent.bind(registry);
      add("A", StructSchema);`,
  },
  "a method that was taken out of the registry": {
    at: ["main.ts:3"],
    files: `${head}
      const { registerEvent: add } = registry;
      add("A", StructSchema);`,
  },
};

const allowed: Readonly<Record<string, string | Readonly<Record<string, string>>>> = {
  "concrete messages, however they get there": `${head}
    const all = { a: TokensDeltaEventSchema, b: StartInferenceCommandSchema };
    for (const [name, schema] of Object.entries(all)) registry.registerEvent(name, schema);
    const add = (schema: DescMessage) => registry.registerEvent("A", schema);
    add(all.a); add(all.b);`,
  "a Struct that is not registered": `${head}
    const others = { struct: StructSchema }; export const typeNames = [others.struct.typeName, AnySchema.typeName];
    registry.registerEvent("A", TokensDeltaEventSchema);`,
  "a Struct beside what is registered": `${head}
    const schemas: { generic: DescMessage; delta: DescMessage } = { generic: StructSchema, delta: TokensDeltaEventSchema };
    registry.registerEvent("A", schemas.delta);`,
  "functions of other packages with the same names": `${wkt}
    const registry = { registerEvent(name: string, schema: unknown) { return [name, schema]; } };
    const event = registry.registerEvent;
    registry.registerEvent("A", StructSchema); event("A", StructSchema);`,
  "makers of a package whose name only begins like ours": {
    "node_modules/@sessionstream/runtime-like/package.json": JSON.stringify({ name: "@sessionstream/runtime-like" }),
    "node_modules/@sessionstream/runtime-like/index.d.ts":
      "export declare function event(name: string, schema: unknown): unknown;",
    "main.ts": `${wkt} import { event } from "@sessionstream/runtime-like"; export const a = event("A", StructSchema);`,
  },
  "a ring of helpers": `${head}
    function ping(schema: DescMessage): void { if (schema.name === "") pong(schema); registry.registerEvent("A", schema); }
    function pong(schema: DescMessage): void { ping(schema); }
    pong(TokensDeltaEventSchema);`,
};

const cases = { ...Object.fromEntries(Object.entries(hidden).map(([name, { files }]) => [name, files])), ...allowed };
const findingsOf = checkCases(cases);

test.each(Object.entries(hidden))("finds a Struct, Value, ListValue or Any in %s", (name, { at }) => {
  const findings = findingsOf(name);
  expect(findings.map(({ ruleId }) => ruleId)).toEqual(at.map(() => "SESSIONSTREAM_TS_PAYLOAD_CONCRETE"));
  expect(brief(findings).map((line) => line.split(" ")[0])).toEqual(at);
});

test.each(Object.keys(allowed))("lets pass %s", (name) => {
  expect(brief(findingsOf(name))).toEqual([]);
});

test("the message says what is registered as what, and which way it took", () => {
  expect(brief(findingsOf("a variable, and one of a wider type"))).toEqual([
    "main.ts:3 event payload google.protobuf.Struct has no schema: declare a message with the fields that it carries",
    "main.ts:4 event payload google.protobuf.Struct (written at main.ts:2:54) has no schema: declare a message with the fields that it carries",
  ]);
  const [finding] = findingsOf("helpers of helpers, in files that name nothing of ours");
  expect(brief(finding === undefined ? [] : [finding])).toEqual([
    "main.ts:2 event payload google.protobuf.Struct (passed on to registry.registerEvent at add.ts:2:81) has no schema: declare a message with the fields that it carries",
  ]);
  expect(finding?.related.map(({ path }) => path.split("/").at(-1))).toEqual(["add.ts"]);
});
