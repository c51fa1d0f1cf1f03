import type { Feature } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { BoardAppended, BoardSet, board } from "./support/board.js";
import { TestClient } from "./support/client.js";
import { overTcp } from "./support/serve.js";
import { starting } from "./support/started.js";
import * as frame from "./support/transcripts.js";

const start = starting(overTcp);

/** The board, whose timeline projection fails for the event at ordinal 2 until it is mended. */
function brokenBoard(): Feature & { mend(): void } {
  let isBroken = true;
  return {
    ...board,
    timeline(event, view) {
      if (isBroken && event.ordinal === 2n) throw new Error("broken");
      return board.timeline?.(event, view) ?? [];
    },
    mend() {
      isBroken = false;
    },
  };
}

test("a client that joins while the timeline stands gets the UI events between its snapshot and the log's end", async () => {
  const feature = brokenBoard();
  const { hub, at } = await start({}, { features: [feature] });
  await hub.publish("s", BoardSet, { code: "a", message: "1" });
  await hub.publish("s", BoardAppended, { code: "a", message: "2" });
  await hub.publish("s", BoardAppended, { code: "a", message: "3" });
  const client = await TestClient.open(at);
  client.subscribe("s");
  expect(await client.take(4)).toEqual([
    frame.snapshot("s", 1, frame.noteEntity("a", "1", 1, 1)),
    frame.noteAppended("s", 2, "a", "2"),
    frame.noteAppended("s", 3, "a", "3"),
    frame.subscribed("s"),
  ]);
  await hub.publish("s", BoardAppended, { code: "a", message: "4" });
  expect(await client.take(1)).toEqual([frame.noteAppended("s", 4, "a", "4")]);

  // After the repair everyone begins anew with the whole.
  feature.mend();
  await hub.retry("s");
  expect(await client.take(2)).toEqual([
    frame.snapshot("s", 4, frame.noteEntity("a", "1234", 1, 4)),
    frame.subscribed("s"),
  ]);
});
