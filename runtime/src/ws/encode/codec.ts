import { create, fromJsonString, type MessageInitShape, type Registry, toJsonString } from "@bufbuild/protobuf";
import {
  type ClientFrame,
  ClientFrameSchema,
  type ServerFrame,
  ServerFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { textFrame } from "./text-frame.js";

type ServerFrameInit = Exclude<MessageInitShape<typeof ServerFrameSchema>["frame"], undefined>;

/** What a server sends. */
export type OutgoingFrame = ServerFrameInit | ServerFrame["frame"];

/**
 * Encodes a server frame for the wire.
 * @throws where an Any has a type that the registry lacks.
 */
export function encodeFrame(registry: Registry, frame: OutgoingFrame): Buffer {
  const message = create(ServerFrameSchema, { frame: frame as ServerFrameInit });
  return textFrame(toJsonString(ServerFrameSchema, message, { registry }));
}

/**
 * Decodes a client's text message.
 * @throws where it is not a ClientFrame in protobuf JSON.
 */
export function decodeFrame(data: Buffer): ClientFrame["frame"] {
  return fromJsonString(ClientFrameSchema, data.toString("utf8")).frame;
}
