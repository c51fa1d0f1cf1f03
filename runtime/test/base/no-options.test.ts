import { Hub } from "@sessionstream/runtime";
import { httpHandler } from "@sessionstream/runtime/http";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { expect, test } from "vitest";
import { LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";

const hub = new Hub({
  features: [labOf({ work: ({ background }) => background("run", async () => {}, null as never) })],
});

test.each([
  ["HTTP handler", () => httpHandler(hub, null as never)],
  ["WebSocket transport", () => webSocketTransport(hub, null as never)],
  ["SQLite store", () => sqliteStore(":memory:", null as never)],
  ["background", () => hub.submit("s", LabWork, {})],
])("null as the options of a %s is a wrong option", async (owner, make) => {
  await expect(async () => make()).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: `${owner} options: got null, want an object`,
  });
});
