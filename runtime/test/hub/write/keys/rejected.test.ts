import { Hub, isRejected } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { deskOf } from "../../../../../test/fixtures/desk.js";
import { DeskApprove, DeskAsk, DeskDismiss } from "../../../../../test/fixtures/gen/desk/v1/desk_sessionstream.js";
import { places } from "../../../../../test/fixtures/stores.js";

describe.each(places)("a command that was rejected under a key, on %s", (_, makePlace) => {
  const place = makePlace();
  const key = { key: "k" };

  /** Rejects the approval of what was dismissed, and returns the error. */
  const rejected = async (hub: Hub, id: string) => {
    const error: unknown = await hub
      .submit(id, DeskApprove, { approvalId: "a" }, key)
      .catch((thrown: unknown) => thrown);
    if (!isRejected(error, DeskApprove)) throw error;
    return error;
  };

  test("stays rejected: at the same hub, after a restart, and at another process", async () => {
    const hubs = [1, 2].map(() => new Hub({ features: [deskOf()], store: place.open() }));
    const [first, second] = hubs as [Hub, Hub];
    await first.submit("s", DeskAsk, { approvalId: "a" });
    await first.submit("s", DeskDismiss, { approvalId: "a" });
    const { rejection } = await rejected(first, "s");
    expect(rejection).toMatchObject({ code: "APPROVAL_CLOSED", detail: { $typeName: "desk.v1.ApprovalState" } });
    // It would be accepted by now: a new approval of the same id is open.
    await first.submit("s", DeskAsk, { approvalId: "a" });
    expect((await rejected(first, "s")).rejection).toEqual(rejection);
    expect((await rejected(second, "s")).rejection).toEqual(rejection);
    await first.close();
    const again = new Hub({ features: [deskOf()], store: place.open() });
    expect((await rejected(again, "s")).rejection).toEqual(rejection);
    expect((await again.events("s")).map(({ name }) => name)).toEqual(["DeskAsked", "DeskDecided", "DeskAsked"]);
    expect(await again.submit("s", DeskApprove, { approvalId: "a" }, { key: "another" })).toEqual({ ordinal: 4n });
    await second.close();
    await again.close();
  });

  test("is rejected for all who wait for it, and its handler runs once", async () => {
    let runs = 0;
    const feature = deskOf({
      approve: async ({ reject }) => {
        runs++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        throw reject("APPROVAL_CLOSED");
      },
    });
    const hubs = [1, 2].map(() => new Hub({ features: [feature], store: place.open() }));
    const outcomes = await Promise.all(
      [...hubs, ...hubs].map((hub) => hub.trySubmit("t", DeskApprove, { approvalId: "a" }, key)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    expect(runs).toBe(1);
    await Promise.all(hubs.map((hub) => hub.close()));
  });
});
