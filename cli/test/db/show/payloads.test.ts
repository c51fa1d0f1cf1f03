import { create, toBinary } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import type { StoredDescriptor, StoredEvent } from "@sessionstream/runtime/store";
import { expect, test } from "vitest";
import { Payloads } from "../../../src/db/show/payloads.js";

/** A release's descriptor of x.Said, whose string fields have these names and count from 1. */
function descriptorOf(name: string, version: number, fields: readonly string[]): StoredDescriptor {
  const file = create(FileDescriptorProtoSchema, {
    name: "x.proto",
    package: "x",
    syntax: "proto3",
    messageType: [
      {
        name: "Said",
        field: fields.map((field, index) => ({
          name: field,
          jsonName: field,
          number: index + 1,
          label: FieldDescriptorProto_Label.OPTIONAL,
          type: FieldDescriptorProto_Type.STRING,
        })),
      },
    ],
  });
  const descriptor = toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }));
  return { mark: "event", name, version, type: "x.Said", hash: fields.join(), descriptor };
}

/** The fields 1 and, unless it is left out, 2, each with one letter. */
function eventOf(name: string, version: number, letters: string): StoredEvent {
  const payload = Uint8Array.from(
    [...letters].flatMap((letter, index) => [8 * (index + 1) + 2, 1, letter.charCodeAt(0)]),
  );
  return { ordinal: 1n, name, version, type: "x.Said", payload, time: 1 };
}

test("no field is left out that any release knows, whichever is the first to fit", () => {
  const descriptors = [descriptorOf("Said", 1, ["text"]), descriptorOf("Said", 1, ["text", "tone"])];
  for (const order of [descriptors, [...descriptors].reverse()]) {
    const payloads = new Payloads(order);
    expect(payloads.ofEvent(eventOf("Said", 1, "ab"))).toEqual({ text: "a", tone: "b" });
    expect(payloads.ofType("x.Said", eventOf("Said", 1, "ab").payload)).toEqual({ text: "a", tone: "b" });
  }
});

test("an event is shown as its own name and version have it", () => {
  const payloads = new Payloads([
    descriptorOf("Heard", 1, ["sound"]),
    descriptorOf("Said", 1, ["text"]),
    descriptorOf("Said", 2, ["words"]),
  ]);
  expect(payloads.ofEvent(eventOf("Said", 1, "a"))).toEqual({ text: "a" });
  expect(payloads.ofEvent(eventOf("Said", 2, "a"))).toEqual({ words: "a" });
  expect(payloads.ofEvent(eventOf("Heard", 1, "a"))).toEqual({ sound: "a" });
});

test("what no schema knows whole is shown by the one of the event, and what none fits in base64", () => {
  const payloads = new Payloads([descriptorOf("Heard", 1, ["sound"]), descriptorOf("Said", 1, ["text"])]);
  expect(payloads.ofEvent(eventOf("Said", 1, "ab"))).toEqual({ text: "a" });
  const broken = Uint8Array.of(10, 200);
  expect(payloads.ofType("x.Said", broken)).toEqual({ $base64: Buffer.from(broken).toString("base64") });
  expect(payloads.ofType("x.Unknown", broken)).toEqual({ $base64: Buffer.from(broken).toString("base64") });
});
