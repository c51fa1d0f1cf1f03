import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import { type DescriptorProto, type FileDescriptorProto, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { timelineEntity } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { compile } from "../../../plugin/test/support/compile.js";
import { timelineSchemaHash } from "../../src/schema/timeline-schema.js";

const base = `
  message Note { string id = 1; int32 size = 2; Mark mark = 3; repeated Mark marks = 4; map<string, Mark> by = 5;
    oneof either { string a = 6; int64 b = 7; } optional bool seen = 8; Colour colour = 9; repeated int32 sizes = 10; }
  message Mark { string sign = 1; Note back = 2; }
  enum Colour { NONE = 0; RED = 1; }`;

type Kinds = readonly (readonly [kind: string, message: string, idField: string])[];

/** The hashes of kinds whose entities are messages of files that differ: each as if it were alone, in the package "t". */
function hashesOf(sources: readonly string[], kinds: Kinds): string[] {
  const names = sources.map((_, index) => `p${index}`);
  const files = sources.map((source, index) => [
    `${names[index]}.proto`,
    `syntax = "proto3"; package p${index}; ${source}`,
  ]);
  const { file } = compile(Object.fromEntries(files));
  return names.map((name) => {
    const own = file.find((each) => each.name === `${name}.proto`) as FileDescriptorProto;
    own.package = "t";
    renameTypes(own.messageType, `.${name}.`);
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [own] }));
    return hashIn((message) => registry.getMessage(`t.${message}`), kinds);
  });
}

function renameTypes(messages: readonly DescriptorProto[], from: string): void {
  for (const { field, nestedType } of messages) {
    for (const each of field) each.typeName = each.typeName.replace(from, ".t.");
    renameTypes(nestedType, from);
  }
}

function hashIn(find: (message: string) => DescMessage | undefined, kinds: Kinds): string {
  const entities = kinds.map(([kind, message, id]) => timelineEntity(kind, find(message) as DescMessage, id));
  return timelineSchemaHash({ timelineEntities: entities });
}

const note = [["Note", "Note", "id"]] as const;
const [before = ""] = hashesOf([base], note);

describe("the hash of a timeline's schema", () => {
  test("does not change between releases", () => {
    // Otherwise all sessions of all users would be folded again.
    expect(before).toBe("24ccc0288c55b70a");
  });

  test("does not change with what says nothing of how entities are stored and read", () => {
    const same = [
      ["comments and white space", base.replace("string id", "/* who */ string\nid")],
      [
        "a message and an enum that nothing refers to",
        `${base} message Other { Colour c = 1; } enum Size { SMALL = 0; }`,
      ],
      ["the order of declarations", base.replace("string id = 1; int32 size = 2;", "int32 size = 2; string id = 1;")],
      ["an option", base.replace("int32 size = 2", "int32 size = 2 [deprecated = true]")],
      ["reserved numbers", base.replace("string sign = 1;", "string sign = 1; reserved 7;")],
    ] as const;
    const hashes = hashesOf(
      same.map(([, source]) => source),
      note,
    );
    for (const [index, hash] of hashes.entries()) expect(hash, same[index]?.[0]).toBe(before);
  });

  test("does not change with the order of kinds", () => {
    const kinds = [...note, ["Mark", "Mark", "sign"]] as const;
    expect(hashesOf([base], kinds)).toEqual(hashesOf([base], [...kinds].reverse()));
    expect(hashesOf([base], kinds)).not.toEqual([before]);
  });

  const changes = [
    ["a field is added", base.replace("int32 size = 2;", "int32 size = 2; bool new = 11;")],
    ["a field is removed", base.replace("int32 size = 2;", "")],
    ["a field has another number", base.replace("size = 2", "size = 12")],
    ["a field has another name", base.replace("int32 size", "int32 length")],
    ["a field has another type", base.replace("int32 size", "sint32 size")],
    ["a field is repeated", base.replace("int32 size", "repeated int32 size")],
    ["a field has presence", base.replace("int32 size", "optional int32 size")],
    ["a field leaves its oneof", base.replace("int64 b = 7; }", "} int64 b = 7;")],
    ["a list is not packed", base.replace("sizes = 10", "sizes = 10 [packed = false]")],
    ["a map has other keys", base.replace("map<string, Mark>", "map<int32, Mark>")],
    ["a map has other values", base.replace("map<string, Mark>", "map<string, string>")],
    ["a list has other elements", base.replace("repeated Mark", "repeated string")],
    ["a message within has another field", base.replace("string sign = 1;", "string sign = 1; bool bold = 3;")],
    ["an enum has another value", base.replace("RED = 1;", "RED = 1; BLUE = 2;")],
    ["a value of an enum has another number", base.replace("RED = 1", "RED = 2")],
    ["an integer of 64 bits is a text in code", base.replace("int64 b = 7", "int64 b = 7 [jstype = JS_STRING]")],
  ] as const;

  test("changes with each change of what is stored, and of how it is read", () => {
    const hashes = hashesOf(
      changes.map(([, source]) => source),
      note,
    );
    for (const [index, hash] of hashes.entries()) expect(hash, changes[index]?.[0]).not.toBe(before);
    expect(new Set(hashes).size).toBe(changes.length);
  });

  test("changes with the name of a kind, its message and its id", () => {
    const twin = `${base} ${base.replace("message Note", "message Twin").split("message Mark")[0]}`;
    const others: readonly Kinds[] = [
      [["Other", "Note", "id"]],
      [["Note", "Twin", "id"]],
      [["Note", "Note", "size"]],
      [],
    ];
    const hashes = others.flatMap((kinds) => hashesOf([twin], kinds));
    expect(new Set([...hashes, before]).size).toBe(5);
  });

  test("changes with a message of another file, with defaults, and with how it is encoded", () => {
    const parts = [
      "optional int32 x = 1;",
      "required int32 x = 1;",
      "optional int32 x = 1 [default = 7];",
      "optional group X = 1 { optional int32 y = 1; }",
      "optional X x = 1; message X { optional int32 y = 1; }",
    ];
    const hashes = parts.map((fields) => {
      const registry = createFileRegistry(
        compile({
          "t.proto": 'syntax = "proto3"; package t; import "u.proto"; message Note { string id = 1; u.Part part = 2; }',
          "u.proto": `syntax = "proto2"; package u; message Part { ${fields} }`,
        }),
      );
      return hashIn((message) => registry.getMessage(`t.${message}`), note);
    });
    expect(new Set(hashes).size).toBe(parts.length);
  });
});
