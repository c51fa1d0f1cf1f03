import { memoryStore } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { Status } from "../src/gen/agent/v1/agent_pb.js";
import type { Model } from "../src/models/model.js";
import { RunningAgent } from "./running-agent.js";
import { newPlace } from "./tools/folder.js";

test("an answer whose model always fails has failed after six attempts, and one may ask again", async () => {
  const failing: Model = {
    name: "failing",
    async *answer() {
      yield { type: "text", text: "so far" };
      throw new Error("the model is gone");
    },
  };
  const { folder } = await newPlace();
  const agent = new RunningAgent(memoryStore(), { model: failing, folder });
  await agent.ask("anything");
  expect(await agent.message("q1", Status.FAILED)).toMatchObject({ note: "the model is gone" });
  expect(await agent.message("q1-1", Status.FAILED)).toEqual({ text: "so far", note: "attempt 6" });
  expect(agent.failures).toEqual(Array(6).fill("the model is gone"));
  await agent.ask("again");
  await agent.end();
}, 60_000);
