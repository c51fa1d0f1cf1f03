import { create, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { SessionstreamError } from "@sessionstream/runtime";
import { TraceEventSchema } from "../../../../test/fixtures/gen/lab/v1/lab_pb.js";

/** A detail of a rejection: a message of the feature. */
export function createMessage(init: MessageInitShape<typeof TraceEventSchema>): MessageShape<typeof TraceEventSchema> {
  return create(TraceEventSchema, init);
}

/** What `reject` of a handler's context throws. */
export function rejected(code: string, detail?: object): Error {
  return Object.assign(new SessionstreamError("REJECTED", code), { rejection: { code, message: code, detail } });
}
