import { type DescEvent, Hub, type Store } from "@sessionstream/runtime";
import { event, feature, supersededEvent } from "@sessionstream/runtime/codegen";
import type { StoredEvent } from "@sessionstream/runtime/store";
import { describe, expect, test } from "vitest";
import { BookedEventSchema } from "../../../../../test/fixtures/gen/ledger/v1/ledger_pb.js";
import {
  LedgerCredited,
  LedgerPaidIn,
  LedgerWork,
} from "../../../../../test/fixtures/gen/ledger/v1/ledger_sessionstream.js";
import { type LedgerSwitches, ledgerOf } from "../../../../../test/fixtures/ledger.js";
import { memoryPlace, wrapStore } from "../../../../../test/fixtures/stores.js";
import { thenAt } from "./then.js";

describe("a superseded event is refused, and the message names its successor", () => {
  const refused = {
    code: "UNKNOWN_NAME",
    message: 'event "LedgerPaidIn" is superseded and can only be read from logs: publish "LedgerBooked" instead',
    context: { name: "LedgerPaidIn" },
  };
  const untyped = LedgerPaidIn as unknown as DescEvent;

  test("by the hub", async () => {
    const hub = new Hub({ features: [ledgerOf()] });
    await expect(hub.publish("s", untyped, {})).rejects.toMatchObject(refused);
    await expect(hub.publish("s", LedgerCredited as unknown as DescEvent, {})).rejects.toThrow(
      'publish "LedgerBooked" instead',
    );
    expect(await hub.session("s")).toMatchObject({ ordinal: 0n });
    await hub.close();
  });

  test("in a handler", async () => {
    const work: LedgerSwitches["work"] = async ({ publish }) => {
      await publish(untyped, {});
    };
    const hub = new Hub({ features: [ledgerOf({ work })] });
    await expect(hub.submit("s", LedgerWork, {})).rejects.toMatchObject(refused);
    await hub.close();
  });
});

describe("a feature that needs an upcast and has none is refused when the hub is made", () => {
  test.each([
    [
      "a raised version",
      feature("Hand", { events: [event("A", BookedEventSchema), event("B", BookedEventSchema, { version: 2 })] }),
      'event "B" has version 2',
    ],
    [
      "a superseded event",
      feature("Hand", {
        events: [event("A", BookedEventSchema)],
        supersededEvents: [supersededEvent("B", BookedEventSchema, { by: "A" })],
      }),
      'event "B" is superseded by "A"',
    ],
  ])("%s", (_what, desc, why) => {
    expect(() => new Hub({ features: [{ desc }] })).toThrow(
      expect.objectContaining({
        code: "INVALID_OPTION",
        message: `hub option features: got the feature "Hand" without \`upcast\`, want one, for ${why}`,
      }),
    );
    expect(() => new Hub({ features: [{ desc, upcast: ({ payload }) => payload }] })).not.toThrow();
    expect(() => new Hub({ features: [ledgerOf(), { desc }] })).toThrow('the feature "Hand" without `upcast`');
  });
});

describe("an event of a log that is not what the schema says is refused", () => {
  async function reading(change: Partial<StoredEvent>): Promise<unknown> {
    const store = await thenAt(memoryPlace());
    const events: Store["events"] = async (...page) =>
      (await store.events(...page)).map((stored) => ({ ...stored, ...change }));
    const hub = new Hub({ features: [ledgerOf()], store: wrapStore(store, { events }) });
    return hub.events("s", { limit: 1 }).catch((thrown: unknown) => thrown);
  }
  const context = { sessionId: "s", name: "LedgerBooked", ordinal: 1n };

  test("of another type", async () => {
    expect(await reading({ type: "ledger.v1.PaidInEvent" })).toMatchObject({
      code: "PAYLOAD_TYPE_MISMATCH",
      message:
        'event "LedgerBooked" at ordinal 1 payload type mismatch: got ledger.v1.PaidInEvent want ledger.v1.BookedEvent',
      context,
    });
  });

  test("of bytes that are no such message, with why as the cause", async () => {
    expect(await reading({ payload: Uint8Array.of(255) })).toMatchObject({
      code: "INVALID_PAYLOAD",
      message: expect.stringMatching(/^event "LedgerBooked" at ordinal 1 payload invalid: ./),
      context,
      cause: expect.any(Error),
    });
  });
});
