import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { webSocketTransport } from "@sessionstream/runtime/ws";
import { WaitGate, waitFeature } from "../gen/bench/v1/wait_sessionstream.js";
import { feature, piece, scaled } from "./fixtures.js";
import { Probe } from "./probe.js";
import { serve } from "./processes.js";
import type { Work } from "./row.js";
import { rowOf } from "./rows.js";

// The server that is measured: server.js ROW SCALE PATH. A session that has nothing to do with what goes on
// is published to, or read, and the event loop is watched.

/** What a phase was like in the server. */
export interface ServerPhase {
  readonly waits: readonly number[];
  /** The delay of the event loop, in milliseconds. */
  readonly loop: { readonly p99: number; readonly max: number };
}

const [name = "", scale = "1", path = ""] = process.argv.slice(2);
const row = rowOf(name);
const bystander = "bystander";

let ended = 0;
const runs = waitFeature({
  runs: {
    untilOpen: {
      run: async ({ input, waitFor }) => void (await waitFor(WaitGate, input.gateId)),
      ended() {
        ended++;
        return [];
      },
    },
  },
  ui: { opened: () => [] },
  timeline: { opened: ({ payload: { gateId } }) => [WaitGate.put({ gateId })] },
});
// Without a wait for the disk, whose speed is none of ours.
const hub = new Hub({ features: [feature, runs], store: sqliteStore(path, { synchronous: "normal" }) });
const server = createServer(nodeListener(httpHandler(hub)));
webSocketTransport(hub).attach(server);
server.listen(0, "127.0.0.1");
await once(server, "listening");

let pieces = 0;
const publish = () => hub.publish(bystander, [piece(pieces, `message-${pieces++ % 10}`)]);
await publish();
const probe = new Probe(row.probe === "read" ? () => hub.snapshot(bystander) : publish);
const loop = monitorEventLoopDelay({ resolution: 1 });
let work: Work | undefined;

const answers = {
  begin() {
    probe.begin();
    loop.reset();
    loop.enable();
  },
  async end(): Promise<ServerPhase> {
    const waits = probe.end();
    // A delay is noted when it is over.
    await setTimeout(5);
    loop.disable();
    return { waits, loop: { p99: loop.percentile(99) / 1e6, max: loop.max / 1e6 } };
  },
  async prepare() {
    work = await row.inServer?.({
      hub,
      path,
      scaled: (size) => scaled(size, Number(scale)),
      endedRuns: () => ended,
    });
  },
  work: () => work?.() ?? {},
};
serve(answers, (server.address() as AddressInfo).port);
