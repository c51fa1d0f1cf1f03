import type { HubOptions } from "@sessionstream/runtime";
import type { WebSocketTransportOptions } from "@sessionstream/runtime/ws";
import { afterEach } from "vitest";
import { type Listen, type Served, serve } from "../../../../test/fixtures/board/serve.js";

export type Start = (options?: WebSocketTransportOptions, hubOptions?: Partial<HubOptions>) => Promise<Served>;

/** Starts servers that stop after the test. To be called while tests are declared. */
export function starting(listen: Listen): Start {
  const running: Served[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((served) => served.stop()));
  });
  return async (options, hubOptions) => {
    const served = await serve(listen, options, hubOptions);
    running.push(served);
    return served;
  };
}
