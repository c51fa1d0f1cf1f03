import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

test("an empty or badly formed name is reported at the name", () => {
  const source = feature(`message A { option (sessionstream.v1.event) = {name: ""}; }
message B { option (sessionstream.v1.command) = {name: "Good" name: "bad-name"}; }
message C {
  option (sessionstream.v1.ui_event).name = "1st";
  option (sessionstream.v1.ui_event).name = "Grüße\\n";
}
message D { option (sessionstream.v1.event) = {name: "_d"}; }
message E { option (sessionstream.v1.run) = {name: "e f"}; }`);
  const want = `want a letter, then letters, digits and "_" (SESSIONSTREAM_NAME_FORMAT)`;
  expect(findings({ "t.proto": source })).toEqual([
    "t.proto:6:48: event name is empty: write a name, or leave out the option's name to have it derived (SESSIONSTREAM_NAME_FORMAT)",
    `t.proto:7:63: command name "bad-name" is not an identifier: ${want}`,
    `t.proto:9:3: UI event name "1st" is not an identifier: ${want}`,
    `t.proto:10:3: UI event name "Grüße\\n" is not an identifier: ${want}`,
    `t.proto:12:48: event name "_d" is not an identifier: ${want}`,
    `t.proto:13:46: run name "e f" is not an identifier: ${want}`,
  ]);
});

test("letters of both cases, digits and underscores are accepted", () => {
  const source = feature(
    `message A { option (sessionstream.v1.event) = {name: ["a", "A_1", "lower_case_9", "delete"]}; }`,
  );
  expect(findings({ "t.proto": source })).toEqual([]);
});
