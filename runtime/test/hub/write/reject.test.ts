import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { Hub, isRejected, isSessionstreamError, RejectedError, SessionstreamError } from "@sessionstream/runtime";
import { describe, expect, test } from "vitest";
import { deskOf } from "../../../../test/fixtures/desk.js";
import { ApprovalStateSchema } from "../../../../test/fixtures/gen/desk/v1/approval_state_pb.js";
import {
  DeskApprove,
  DeskAsk,
  DeskAsked,
  DeskDismiss,
  type DeskHandlers,
  desk,
} from "../../../../test/fixtures/gen/desk/v1/desk_sessionstream.js";
import { Gate, settles } from "../gate.js";

const approvalId = "a";

function open(replaced: Partial<DeskHandlers> = {}) {
  const reports: unknown[] = [];
  return { hub: new Hub({ features: [deskOf(replaced)], onError: (report) => reports.push(report) }), reports };
}

async function rejectionOf(submitted: Promise<unknown>): Promise<RejectedError> {
  const thrown = await submitted.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isRejected(thrown)) throw thrown ?? new Error("it was not rejected");
  return thrown;
}

test("what decide throws with reject is the outcome of the command, and nothing is written", async () => {
  const { hub, reports } = open();
  await hub.submit("s", DeskAsk, { approvalId });
  const done = await hub.submit("s", DeskApprove, { approvalId });
  const outcome = await hub.trySubmit("s", DeskDismiss, { approvalId });
  expect(outcome).toMatchObject({
    status: "rejected",
    error: {
      code: "REJECTED",
      message: 'command "DeskDismiss" was rejected: APPROVAL_CLOSED',
      context: { sessionId: "s", name: "DeskDismiss" },
      rejection: { code: "APPROVAL_CLOSED", detail: { outcome: "approved", decidedAt: 7n } },
    },
  });
  const error = await rejectionOf(hub.submit("s", DeskDismiss, { approvalId }));
  expect(error).toBeInstanceOf(RejectedError);
  expect(isSessionstreamError(error, "REJECTED")).toBe(true);
  expect(error.rejection.message).toBe(error.message);
  expect(error.rejection.detail?.$typeName).toBe("desk.v1.ApprovalState");
  expect((await hub.session("s")).ordinal).toBe(done.ordinal);
  expect(reports).toEqual([]);
});

test("a handler rejects with its own message; what it published before stays", async () => {
  const { hub, reports } = open({
    approve: async ({ publish, reject }) => {
      await publish([]);
      throw reject("NOT_ASKED", { message: "ask first" });
    },
    ask: async ({ publish, payload, reject }) => {
      await publish(DeskAsked, { approvalId: payload.approvalId });
      throw reject("TOO_LATE");
    },
  });
  const error = await rejectionOf(hub.submit("s", DeskApprove, { approvalId }));
  expect(error.rejection).toEqual({ code: "NOT_ASKED", message: "ask first", detail: undefined });
  expect((await rejectionOf(hub.submit("s", DeskAsk, { approvalId }))).rejection.code).toBe("TOO_LATE");
  expect((await hub.session("s")).ordinal).toBe(1n);
  expect(reports).toEqual([]);
});

test("everyone who waits under a key hears of the rejection", async () => {
  const gate = new Gate();
  const { hub } = open({
    approve: async ({ reject }) => {
      await gate.opened;
      throw reject("NOT_ASKED");
    },
  });
  const waiting = [1, 2, 3].map(() => hub.trySubmit("s", DeskApprove, { approvalId }, { key: "k" }));
  const outcomes = Promise.all(waiting);
  expect(await settles(outcomes)).toBe(false);
  gate.open();
  expect(await outcomes).toMatchObject(
    Array(3).fill({ status: "rejected", error: { rejection: { code: "NOT_ASKED" } } }),
  );
});

test("a client in the process narrows a rejection like any other client", async () => {
  const session = open().hub.client("s", desk);
  const error: unknown = await session.submit(DeskApprove, { approvalId }).catch((thrown: unknown) => thrown);
  expect(isRejected(error, DeskDismiss)).toBe(false);
  if (!isRejected(error, DeskApprove)) throw error;
  expect(error.rejection).toMatchObject({ code: "NOT_ASKED", message: 'nobody asked for "a"' });
});

describe("a command without declared rejections", () => {
  const failing = async (reject: DeskHandlers["ask"]) => {
    const outcome = await open({ ask: reject }).hub.trySubmit("s", DeskAsk, { approvalId });
    return outcome.status === "done" ? outcome : [outcome.status, outcome.error];
  };

  test("is rejected with any code, and with any message that the registry knows", async () => {
    const detail = create(ApprovalStateSchema, { outcome: "approved" });
    const [status, error] = (await failing(({ reject }) => {
      throw reject("FORBIDDEN", { detail });
    })) as [string, RejectedError];
    expect(status).toBe("rejected");
    expect(error.code).toBe("REJECTED");
    expect(error.rejection).toMatchObject({ code: "FORBIDDEN", detail: { outcome: "approved" } });
  });

  test.each([
    ["not_upper", undefined, 'code "not_upper": want upper case with underscores, such as APPROVAL_CLOSED'],
    ["", undefined, 'code "": want upper case'],
    [7, undefined, "code 7: want upper case"],
    ["FINE", { outcome: "approved" }, "rejection FINE detail: got an object, want a message made with `create`"],
    ["FINE", create(EmptySchema), "rejection FINE detail: got an object, want a message made with `create`"],
  ])("with %j and %j is a mistake of the handler", async (code, detail, message) => {
    expect(
      await failing(({ reject }) => {
        throw reject(code as string, { detail: detail as never });
      }),
    ).toMatchObject(["failed", { code: "INVALID_REJECTION", message: expect.stringContaining(message) }]);
  });
});

describe("what the compiler could not see", () => {
  test.each([
    [
      "OTHER",
      undefined,
      "INVALID_REJECTION",
      'code "OTHER": want one that the schema declares: APPROVAL_CLOSED, NOT_ASKED',
    ],
    ["toString", undefined, "INVALID_REJECTION", 'code "toString": want one that the schema declares'],
    ["NOT_ASKED", { detail: {} }, "INVALID_REJECTION", "want none, because the schema declares none for this code"],
    ["NOT_ASKED", { message: 7 }, "INVALID_OPTION", "reject option message: got 7, want a string"],
    ["NOT_ASKED", "ask first", "INVALID_OPTION", 'reject options: got "ask first", want an object'],
    ["APPROVAL_CLOSED", { detail: "x" }, "INVALID_OPTION", 'reject option detail: got "x", want an object'],
    ["APPROVAL_CLOSED", { detail: { decidedAt: "x" } }, "INVALID_PAYLOAD", "decidedAt"],
    ["APPROVAL_CLOSED", { detail: { who: "x" } }, "INVALID_PAYLOAD", 'has no field "who"'],
    ["APPROVAL_CLOSED", { detail: create(EmptySchema) }, "PAYLOAD_TYPE_MISMATCH", "want desk.v1.ApprovalState"],
  ])("reject(%j, %j) fails the command with %s", async (code, options, errorCode, message) => {
    const { hub } = open({
      approve: ({ reject }) => {
        throw reject(code as "NOT_ASKED", options as never);
      },
    });
    const outcome = await hub.trySubmit("s", DeskApprove, { approvalId });
    expect(outcome).toMatchObject({ status: "failed", error: { code: errorCode } });
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});

test("only what reject of the command made is a rejection; of another command, or made by hand, it is a failure", async () => {
  const { hub } = open({
    ask: () => {
      throw new SessionstreamError("REJECTED", "by hand");
    },
    approve: async () => {
      await hub.submit("other", DeskDismiss, { approvalId });
    },
  });
  expect(await hub.trySubmit("s", DeskAsk, { approvalId })).toMatchObject({
    status: "failed",
    error: { message: "by hand" },
  });
  const outcome = await hub.trySubmit("s", DeskApprove, { approvalId });
  expect(outcome).toMatchObject({ status: "failed", error: { context: { name: "DeskDismiss" } } });
});
