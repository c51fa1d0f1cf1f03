import { createFileRegistry, type DescMessage, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { compile } from "../../../plugin/test/support/compile.js";
import { descriptorSetOf } from "../../src/schema/descriptor-set.js";

const files: Readonly<Record<string, string>> = {
  "a/recursive.proto": `syntax = "proto3"; package a;
    message Tree { repeated Tree children = 1; map<string, Tree> named = 2; Leaf leaf = 3; Unused.Inner inner = 4; }
    message Leaf { Tree back = 1; Colour colour = 2; }
    message Unused { message Inner { Shape shape = 1; oneof either { Leaf leaf = 2; Colour c = 3; } } enum Shape { ROUND = 0; } }
    message NeverUsed {}
    enum Colour { RED = 0; }
    enum NeverUsedEither { ZERO = 0; }`,
  "a/importing.proto": `syntax = "proto3"; package a;
    import "a/public.proto"; import "google/protobuf/timestamp.proto"; import "google/protobuf/any.proto";
    message Importing { b.Public public = 1; c.Behind behind = 2; google.protobuf.Timestamp at = 3; map<int32, c.Kind> kinds = 4; }`,
  "a/public.proto": `syntax = "proto3"; package b; import public "a/behind.proto"; message Public { string x = 1; }`,
  "a/behind.proto": `syntax = "proto3"; package c; message Behind { string x = 1; } enum Kind { NONE = 0; }`,
  "a/old.proto": `syntax = "proto2"; package a; import "a/behind.proto"; import "a/base.proto"; import "google/protobuf/descriptor.proto";
    message Old { required string x = 1; optional group Group = 2 { optional int32 y = 1; } extensions 100 to 200;
      extend google.protobuf.FieldOptions { optional c.Behind behind = 50001; }
      extend base.Extended { optional Other other = 100; } }
    message Other { optional Old old = 1; }`,
  "a/base.proto": `syntax = "proto2"; package base; message Extended { extensions 100 to max; }`,
  "a/edition.proto": `edition = "2023"; package a; option features.field_presence = IMPLICIT;
    import "a/behind.proto";
    message Edition { string x = 1; c.Behind behind = 2 [features.message_encoding = DELIMITED]; Open open = 3; Closed closed = 4 [features.field_presence = EXPLICIT]; }
    enum Open { O = 0; } enum Closed { option features.enum_type = CLOSED; C = 1; }`,
  "nopackage.proto": `syntax = "proto3"; message NoPackage { Other other = 1; } message Other { NoPackage back = 1; }`,
};

describe("the descriptor set of a message", () => {
  const registry = createFileRegistry(compile(files));
  const messages: DescMessage[] = [];
  const add = (each: DescMessage) => {
    messages.push(each);
    each.nestedMessages.forEach(add);
  };
  for (const path of Object.keys(files)) registry.getFile(path)?.messages.forEach(add);

  test.each(messages.map((each) => [each.typeName, each] as const))("of %s can be read again", (name, message) => {
    const read = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSetOf(message)));
    const found = read.getMessage(name);
    expect(shapeOf(found as DescMessage)).toEqual(shapeOf(message));
    // As stricter readers than this one want it.
    for (const file of read.files) {
      const imports = [file, ...file.dependencies].map(({ proto }) => proto.name);
      for (const used of usedBy(file.messages)) expect(imports).toContain(used);
    }
  });

  test("has nothing that the message does not refer to", () => {
    const read = createFileRegistry(
      fromBinary(FileDescriptorSetSchema, descriptorSetOf(registry.getMessage("a.Tree") as DescMessage)),
    );
    expect(read.getMessage("a.NeverUsed")).toBeUndefined();
    expect(read.getEnum("a.NeverUsedEither")).toBeUndefined();
  });
});

/** The files of the types of fields. */
function usedBy(messages: readonly DescMessage[]): string[] {
  return messages.flatMap(({ fields, nestedMessages }) => [
    ...fields.flatMap(({ message, enum: of }) => (message ?? of)?.file.proto.name ?? []),
    ...usedBy(nestedMessages),
  ]);
}

/** A message with all that it refers to, by names. */
function shapeOf(message: DescMessage, seen = new Set<string>()): unknown {
  if (seen.has(message.typeName)) return message.typeName;
  seen.add(message.typeName);
  return {
    name: message.typeName,
    fields: message.fields.map((field) => ({
      ...{ name: field.name, number: field.number, kind: field.fieldKind, presence: field.presence },
      message: field.message && shapeOf(field.message, seen),
      enum: field.enum && [field.enum.typeName, field.enum.open, field.enum.values.map(({ name }) => name)],
    })),
  };
}
