import { given, like } from "@sessionstream/runtime/testing";
import { test } from "vitest";
import { echoAnswer } from "../src/answer.js";
import { chatApplication, stopInterrupted } from "../src/chat.js";
import { Status } from "../src/gen/chat/v1/chat_pb.js";
import {
  ChatInferenceStarted,
  ChatInferenceStopped,
  ChatMessage,
  ChatTokensDelta,
} from "../src/gen/chat/v1/chat_sessionstream.js";

test("a message that a killed process was writing does not stream for ever", () =>
  given({ ...chatApplication(echoAnswer(0)), opened: stopInterrupted }, [
    ChatInferenceStarted.of({ messageId: "1", prompt: "hello" }),
    ChatTokensDelta.of({ messageId: "1", chunk: "so far" }),
  ])
    .whenOpened()
    .published([ChatInferenceStopped.of({ messageId: "1" })])
    .showing([like(ChatMessage, { messageId: "1", text: "so far", status: Status.STOPPED })])
    // Once is enough.
    .whenOpened()
    .published([]));
