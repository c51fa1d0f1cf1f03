import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorReport, Hub } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { chatApplication, stopInterrupted } from "../../examples/chatdemo/src/chat.js";
import { Status } from "../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import { ChatMessage } from "../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { ChatService } from "../../examples/chatdemo/src/service.js";
import { LabTrace, LabWork } from "../fixtures/gen/lab/v1/lab_sessionstream.js";
import { labOf } from "../fixtures/lab.js";
import { memoryPlace } from "../fixtures/stores.js";

// "No time-outs; a crashed run leaves a message streaming for ever."

test("weakness 12: a message that a crashed run was writing does not stream for ever", async () => {
  const place = memoryPlace();
  const crashed = new Hub({
    features: [
      chatApplication(async function* () {
        yield "so far";
        await new Promise(() => {});
      }),
    ],
    store: place.open(),
  });
  await new ChatService(crashed).submitPrompt("s", "hello");
  await expect.poll(async () => (await crashed.snapshot("s")).ordinal).toBe(3n);
  // The first hub is left as a killed process leaves it: never closed.

  const chat = { ...chatApplication(async function* () {}), opened: stopInterrupted };
  const hub = new Hub({ features: [chat], store: place.open() });
  await hub.hydrate("s");
  await hub.waitIdle("s");
  const [, answer] = (await hub.snapshot("s")).list(ChatMessage);
  expect(answer).toMatchObject({ text: "so far", status: Status.STOPPED });
  await hub.close();
});

test("weakness 12: a run that takes too long is aborted, can say so, and is reported", async () => {
  const reports: ErrorReport[] = [];
  const feature = labOf({
    work: ({ run, publish }) =>
      run(
        "slow",
        async (signal) => {
          await sleep(60_000, undefined, { signal }).catch(() => {});
          await publish(LabTrace, { text: `aborted: ${signal.reason.code}` });
        },
        { timeout: 10 },
      ),
  });
  const hub = new Hub({ features: [feature], onError: (report) => reports.push(report) });
  await hub.submit("s", LabWork, {});
  await hub.waitIdle("s");
  expect((await hub.events("s")).map(({ payload }) => payload)).toMatchObject([{ text: "aborted: RUN_TIMEOUT" }]);
  expect(reports).toMatchObject([{ step: "run", name: "slow", error: { code: "RUN_TIMEOUT" } }]);
  await hub.close();
});
