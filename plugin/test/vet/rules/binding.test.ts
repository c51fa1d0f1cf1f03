import { expect, test } from "vitest";
import { feature, findings } from "../../support/run.js";

const foreign = `syntax = "proto3"; package acme.v1;
message Invoice { string number = 1; repeated string lines = 2; message Line { string sku = 1; } }`;
const hidden = `syntax = "proto3"; package acme.v1; message Hidden { string id = 1; }`;
const bind = (options: string): string => `option (sessionstream.v1.bind) = {${options}};`;

test("a binding of nothing, as nothing, of an own message or with a misplaced id is refused", () => {
  const source = feature(
    [
      bind(`event: {}`),
      bind(`message: "acme.v1.Invoise" event: {}`),
      bind(`message: "acme.v1.Hidden" event: {}`),
      bind(`message: "acme.v1.Invoice"`),
      bind(`message: "acme.v1.Invoice" event: {} entity_id: "number"`),
      bind(`message: "t.v1.Own" event: {}`),
      "message Own { string a = 1; }",
    ].join("\n"),
    { imports: ["acme.proto"] },
  );
  const rule = "(SESSIONSTREAM_BINDING)";
  expect(findings({ "acme.proto": foreign, "hidden.proto": hidden, "t.proto": source })).toEqual([
    `t.proto:7:1: binding names no message: write its full name, as in message: "acme.v1.Invoice" ${rule}`,
    `t.proto:8:1: binding of "acme.v1.Invoise", which no imported file declares: did you mean "acme.v1.Invoice"? ${rule}`,
    `t.proto:9:1: binding of "acme.v1.Hidden", which no imported file declares: write its full name, and import its file ${rule}`,
    `t.proto:10:1: binding of acme.v1.Invoice marks it as nothing: add command, event, ui_event, timeline_entity or run, as in event: {} ${rule}`,
    `t.proto:11:1: binding of acme.v1.Invoice has an entity_id and no timeline_entity: remove it, or add timeline_entity: {} ${rule}`,
    `t.proto:12:1: binding of t.v1.Own, which this file declares: write the options into the message instead ${rule}`,
  ]);
});

test("messages of directly and indirectly imported files are bound, nested ones too", () => {
  const middle = `syntax = "proto3"; import "acme.proto"; message Middle { acme.v1.Invoice invoice = 1; }`;
  const source = feature(
    [bind(`message: "acme.v1.Invoice.Line" event: {}`), bind(`message: "Middle" command: {} event: {} run: {}`)].join(
      "\n",
    ),
    { imports: ["middle.proto"] },
  );
  expect(findings({ "acme.proto": foreign, "middle.proto": middle, "t.proto": source })).toEqual([]);
});
