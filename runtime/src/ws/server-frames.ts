import { create, type MessageInitShape, type Registry, toJsonString } from "@bufbuild/protobuf";
import { type ServerFrame, ServerFrameSchema } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { textFrame } from "./text-frame.js";

type FrameInit = Exclude<MessageInitShape<typeof ServerFrameSchema>["frame"], undefined>;

/** Encodes a server frame for the wire. */
export function encodeFrame(registry: Registry, frame: FrameInit | ServerFrame["frame"]): Buffer {
  return textFrame(
    toJsonString(ServerFrameSchema, create(ServerFrameSchema, { frame: frame as FrameInit }), { registry }),
  );
}
