import { expect, test } from "vitest";
import { feature, findings } from "../support/run.js";

const noFeature = (body: string, header = "package acme.chat_room.v1beta1;"): string =>
  `syntax = "proto3";\n${header}\nimport "sessionstream/v1/options.proto";\nimport "google/protobuf/empty.proto";\n${body}`;

test("a file that marks messages and is no feature is reported once, with the option to paste", () => {
  const marks = `message A { option (sessionstream.v1.event) = {}; }\nmessage B { option (sessionstream.v1.event) = {}; }`;
  const binds = `option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" event: {}};`;
  const line = (name: string): string =>
    `messages are marked and the file is no feature: write option (sessionstream.v1.feature) = {name: "${name}"}; (SESSIONSTREAM_FEATURE_REQUIRED)`;
  expect(
    findings({
      "a.proto": noFeature(marks),
      "b/9-my.file.proto": noFeature(marks, ""),
      "c.proto": noFeature(binds, "package chat;"),
    }),
  ).toEqual([
    `a.proto:5:20: ${line("ChatRoom")}`,
    `b/9-my.file.proto:5:20: ${line("Feature9MyFile")}`,
    `c.proto:5:1: ${line("Chat")}`,
  ]);
});

test("a feature's name must be a capitalised identifier", () => {
  const rule = "(SESSIONSTREAM_FEATURE_NAME)";
  const want = `is not a capitalised identifier: want a capital letter, then letters, digits and "_"`;
  const empty = feature("").replace('{name: "T"}', "{}");
  expect(
    findings({
      "a.proto": empty,
      "b.proto": feature("message FooEvent { option (sessionstream.v1.event) = {}; }", { name: "chat" }),
      "c.proto": feature("", { name: "Chat-Room" }),
      "d.proto": feature("", { name: "Chat_2" }),
    }),
  ).toEqual([
    `a.proto:5:8: feature has no name: write a capitalised identifier, as in {name: "Chat"} ${rule}`,
    `b.proto:5:38: feature name "chat" ${want}, as in "Chat" ${rule}`,
    `c.proto:5:38: feature name "Chat-Room" ${want} ${rule}`,
  ]);
});

test("two files with a feature of one name are reported at both", () => {
  const mend =
    "keep one of them, and bind the other file's messages from it with option (sessionstream.v1.bind) (SESSIONSTREAM_FEATURE_UNIQUE)";
  expect(findings({ "a.proto": feature(""), "b.proto": feature(""), "c.proto": feature("", { name: "U" }) })).toEqual([
    `a.proto:5:38: feature "T" is declared at b.proto:5:38 too: ${mend}`,
    `b.proto:5:38: feature "T" is declared at a.proto:5:38 too: ${mend}`,
  ]);
});
