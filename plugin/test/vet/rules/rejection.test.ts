import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const state = 'syntax = "proto3"; package acme.v1; message State { message Part {} }';
const codeRule = "(SESSIONSTREAM_REJECTION_CODE)";
const detailRule = "(SESSIONSTREAM_REJECTION_DETAIL)";

test("a malformed code, and a code that is declared again, are reported where they are written", () => {
  const source = feature(`message GoCommand {
  option (sessionstream.v1.command) = {
    rejects: {code: "FULL"}
    rejects: {code: "full"}
    rejects: {}
    rejects: {
      detail: "GoCommand"
      code: "FULL"
    }
    rejects: {code: "A_1"}
  };
}
message LeaveCommand { option (sessionstream.v1.command) = {rejects: {code: "FULL"}}; }`);
  const want = "want upper case with underscores, such as APPROVAL_CLOSED";
  expect(findings({ "t.proto": source })).toEqual([
    `t.proto:9:5: rejection code "full": ${want} ${codeRule}`,
    `t.proto:10:5: rejection code "": ${want} ${codeRule}`,
    `t.proto:11:5: rejection code "FULL" is declared twice: remove one of them ${codeRule}`,
  ]);
});

test("a detail that the file does not see, or that says nothing, is reported where it is written", () => {
  const source = feature(
    `message GoCommand {
  option (sessionstream.v1.command) = {
    rejects: {code: "A" detail: "Stade"}
    rejects: {code: "B" detail: "acme.v1.State"}
    rejects: {code: "C" detail: "google.protobuf.Struct"}
    rejects: {code: "D" detail: "Nothing"}
    rejects: {code: "E" detail: ".State"}
  };
}
message State {}`,
    { imports: ["google/protobuf/struct.proto"] },
  );
  const unknown = "which neither this file nor an imported file declares";
  expect(findings({ "acme.proto": state, "t.proto": source })).toEqual([
    `t.proto:9:5: the detail of rejection A is "Stade", ${unknown}: did you mean "State"? ${detailRule}`,
    `t.proto:10:5: the detail of rejection B is "acme.v1.State", ${unknown}: import its file ${detailRule}`,
    `t.proto:11:5: the detail of rejection C is google.protobuf.Struct, which has no schema: declare a message with the fields that it carries ${detailRule}`,
    `t.proto:12:5: the detail of rejection D is "Nothing", ${unknown}: import its file ${detailRule}`,
    `t.proto:13:5: the detail of rejection E is ".State", ${unknown}: did you mean "State"? ${detailRule}`,
  ]);
});

test("a binding declares rejections, too", () => {
  const source = feature(
    `option (sessionstream.v1.bind) = {message: "acme.v1.State" command: {rejects: {code: "no" detail: "State.Bart"}}};`,
    { imports: ["acme.proto"] },
  );
  expect(findings({ "acme.proto": state, "t.proto": source })).toEqual([
    expect.stringMatching(/^t\.proto:7:1: rejection code "no": .*REJECTION_CODE/),
    expect.stringMatching(/^t\.proto:7:1: the detail of rejection no is "State.Bart", .*REJECTION_DETAIL/),
  ]);
});
