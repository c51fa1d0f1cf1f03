import { expect, test } from "vitest";
import { readModel } from "../../src/model/index.js";
import { describe } from "../support/compile.js";
import { declaredNames } from "../support/declared-names.js";
import { feature } from "../support/run.js";

test("bound messages come after a file's own, and derive names from its feature", () => {
  const model = readModel(
    describe({
      "acme.proto": 'syntax = "proto3"; package acme; message InvoiceEvent { string number = 1; }',
      "t.proto": feature(
        `option (sessionstream.v1.bind) = {message: "acme.InvoiceEvent" event: {} timeline_entity: {} entity_id: "number" run: {retries: 2}};
message OwnEvent { option (sessionstream.v1.event) = {}; }`,
        { imports: ["acme.proto"] },
      ),
    }),
  );
  expect(declaredNames(model)).toEqual([
    "event TOwn <- t.v1.OwnEvent t.proto:8:27",
    "event TInvoice <- acme.InvoiceEvent t.proto:7:1",
    "timeline_entity TInvoiceEvent <- acme.InvoiceEvent t.proto:7:1",
    "run TInvoiceEvent <- acme.InvoiceEvent t.proto:7:1",
  ]);
  expect(model.files[0]?.marks[2]?.idFields.map(({ field }) => field.name)).toEqual(["number"]);
  expect(model.files[0]?.marks[3]).toMatchObject({ idFields: [], retry: { retries: 2, after: undefined } });
});
