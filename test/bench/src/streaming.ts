import type { Feature } from "@sessionstream/runtime";
import { BenchAppended, type BenchHandlers, BenchMessage, benchFeature } from "./gen/bench/v1/stream_sessionstream.js";

/** A feature whose messages grow by deltas: of each, the number of its pieces and the last one are kept. */
export function streaming(stream: BenchHandlers["stream"] = () => {}): Feature {
  return benchFeature({
    handlers: { stream },
    ui: { delta: ({ payload: { messageId, chunk } }) => [BenchAppended.of({ messageId, chunk })] },
    timeline: {
      delta({ payload: { messageId, chunk } }, view) {
        const pieces = view.get(BenchMessage, messageId)?.pieces ?? 0;
        return [BenchMessage.put({ messageId, pieces: pieces + 1, lastChunk: chunk })];
      },
    },
  });
}
