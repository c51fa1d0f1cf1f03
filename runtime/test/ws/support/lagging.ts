import type { Hub } from "@sessionstream/runtime";
import type { WebSocketTransport } from "@sessionstream/runtime/ws";
import { BoardSet } from "../../../../test/fixtures/board/board.js";

export const large = "x".repeat(50_000);

/** Publishes until a subscription lags, which kernel buffers put off for some megabytes. */
export async function publishUntilLagging(hub: Hub, transport: WebSocketTransport): Promise<number> {
  for (let i = 1; i < 1000; i++) {
    await hub.publish("s", BoardSet, { code: `${i % 7}`, message: `${i}${large}` });
    const all = transport.connections().flatMap(({ subscriptions }) => subscriptions);
    if (all.some(({ state }) => state === "lagging")) return i;
  }
  throw new Error("nothing lags");
}
