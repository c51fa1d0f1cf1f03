import type { MessageInitShape } from "@bufbuild/protobuf";
import type { DeltaEventSchema } from "./gen/bench/v1/stream_pb.js";

/** A token delta of about 187 bytes in protobuf's binary format. */
export function delta(index: number, messageId: string): MessageInitShape<typeof DeltaEventSchema> {
  return {
    messageId,
    chunk: "The lane gives each event the next ordinal and projects it at once. ",
    model: "a-model-of-some-kind-2026-01-01",
    traceId: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    index,
  };
}
