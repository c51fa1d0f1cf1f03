import { expect, test } from "vitest";
import { findings } from "../../support/run.js";

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
