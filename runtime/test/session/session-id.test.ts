import { Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { LabTrace, LabWork } from "../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../../../test/fixtures/lab.js";

test.each([[""], ["\ud800"], ["x".repeat(513)], [undefined], [7]])("the session id %j is refused", async (id) => {
  const hub = new Hub({ features: [labOf()] });
  const refused = expect.objectContaining({ code: "INVALID_SESSION" });
  await expect(hub.submit(id as string, LabWork, {})).rejects.toEqual(refused);
  await expect(hub.publish(id as string, LabTrace, {})).rejects.toEqual(refused);
  await expect(hub.snapshot(id as string)).rejects.toEqual(refused);
  await expect(hub.events(id as string)).rejects.toEqual(refused);
  await expect(hub.errors(id as string)).rejects.toEqual(refused);
});
