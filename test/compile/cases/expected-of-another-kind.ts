import { fold, given, like } from "@sessionstream/runtime/testing";
import {
  ChatMessage,
  ChatMessageAppended,
  ChatStartInference,
  ChatTokensDelta,
} from "../../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { feature } from "./complete.js";

const step = given(feature, [ChatTokensDelta.of({ messageId: "1" })]).when(ChatStartInference, { prompt: "Hi" });
void step.published([ChatTokensDelta.of({ chunk: "Hi" }), like(ChatTokensDelta, { chunk: "Hi" }), ChatTokensDelta]);
void step.told([ChatMessageAppended]).showing([ChatMessage.put({ messageId: "1" }), like(ChatMessage, { text: "Hi" })]);
// error: 2322 'UiEvent<DescUiEvent<"ChatMessageAppended"
void step.published([ChatMessageAppended.of({ messageId: "1" })]);
// error: 2322 'EventDraft<DescEvent<"ChatTokensDelta"
void step.told([ChatTokensDelta.of({ messageId: "1" })]);
// error: 2561 'chnuk' does not exist
like(ChatTokensDelta, { chnuk: "Hi" });
// error: 2322 Type 'number' is not assignable to type 'string'
given(feature).when(ChatStartInference, { prompt: 5 });
// error: 2345 'DescEvent<"ChatTokensDelta"
given(feature).when(ChatTokensDelta, {});
// error: 2739 'DescCommand<"ChatStartInference"
fold(feature, [ChatStartInference]);
