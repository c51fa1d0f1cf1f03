import { expect, test } from "vitest";
import { BoardAppended, BoardSet } from "../../../test/fixtures/board/board.js";
import { brokenBoard } from "../../../test/fixtures/board/broken-board.js";
import { overTcp } from "../../../test/fixtures/board/serve.js";
import { TestClient } from "./support/client.js";
import { starting } from "./support/started.js";
import * as frame from "./support/transcripts.js";

const start = starting(overTcp);

test("a client that joins while the timeline stands gets the UI events between its snapshot and the log's end", async () => {
  const feature = brokenBoard(2n);
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
