import { create } from "@bufbuild/protobuf";
import { Hub, SessionstreamError } from "@sessionstream/runtime";
import { type HttpHandlerOptions, httpHandler } from "@sessionstream/runtime/http";
import { expect, test } from "vitest";
import { deskOf } from "../../../test/fixtures/desk.js";
import { ApprovalStateSchema } from "../../../test/fixtures/gen/desk/v1/approval_state_pb.js";
import type { DeskHandlers } from "../../../test/fixtures/gen/desk/v1/desk_sessionstream.js";
import { internal } from "./lab-http.js";

function serve(replaced: Partial<DeskHandlers>, options: HttpHandlerOptions = {}) {
  const heard: unknown[] = [];
  const onError = (error: unknown) => heard.push(error);
  const hub = new Hub({ features: [deskOf(replaced)], onError });
  const handler = httpHandler(hub, { onError, ...options });
  return {
    heard,
    async post(command: string) {
      const init = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
      const response = await handler(new Request(`http://server.test/api/sessions/s/commands/${command}`, init));
      return { status: response?.status, body: await response?.json() };
    },
  };
}

test("a rejection is answered 409, with its own code, message and detail, and nobody else hears of it", async () => {
  const { post, heard } = serve({
    approve: ({ reject }) => {
      throw reject("APPROVAL_CLOSED", { message: "too late", detail: { outcome: "approved", decidedAt: 2n ** 60n } });
    },
    dismiss: ({ reject }) => {
      throw reject("NOT_ASKED");
    },
  });
  expect(await post("DeskApprove")).toEqual({
    status: 409,
    body: {
      code: "REJECTED",
      message: "too late",
      rejection: {
        code: "APPROVAL_CLOSED",
        message: "too late",
        detail: {
          "@type": "type.googleapis.com/desk.v1.ApprovalState",
          outcome: "approved",
          decidedAt: "1152921504606846976",
        },
      },
    },
  });
  const message = 'command "DeskDismiss" was rejected: NOT_ASKED';
  expect(await post("DeskDismiss")).toEqual({
    status: 409,
    body: { code: "REJECTED", message, rejection: { code: "NOT_ASKED", message } },
  });
  expect(heard).toEqual([]);
});

test("an application's code that is spelled like one of ours is not mixed up with it", async () => {
  const { post } = serve({
    ask: ({ reject }) => {
      throw reject("FORBIDDEN", { message: "not you", detail: create(ApprovalStateSchema) });
    },
  });
  expect(await post("DeskAsk")).toMatchObject({
    status: 409,
    body: { code: "REJECTED", rejection: { code: "FORBIDDEN", message: "not you" } },
  });
});

test("REJECTED is not told where no handler rejected the command", async () => {
  const error = new SessionstreamError("REJECTED", "of a command within");
  const authorize = () => {
    throw error;
  };
  const { post, heard } = serve({}, { authorize });
  expect(await post("DeskAsk")).toEqual(internal);
  expect(heard).toEqual([error]);
});
