import { isRejected } from "@sessionstream/runtime";
import { connect } from "@sessionstream/runtime/client";
import { expect, test } from "vitest";
import { FakeNetwork } from "../../../../test/fixtures/chat/fake-server.js";
import { DeskApprove, DeskAsk, DeskDismiss, desk } from "../../../../test/fixtures/gen/desk/v1/desk_sessionstream.js";

const detail = { "@type": "type.googleapis.com/desk.v1.ApprovalState", outcome: "approved" };

/** What a command is rejected with by a server that answers so. */
async function answered(
  command: typeof DeskApprove | typeof DeskAsk,
  rejection: unknown,
  status = 409,
): Promise<unknown> {
  const body = { code: "REJECTED", message: "too late", ...(rejection !== undefined && { rejection }) };
  const client = connect("ws://server.test/ws", {
    features: [desk],
    webSocket: new FakeNetwork().webSocket,
    fetch: async () => Response.json(body, { status }),
    retryFor: 0,
  });
  const error: unknown = await client
    .session("s")
    .submit(command, { approvalId: "a" })
    .catch((thrown: unknown) => thrown);
  client.close();
  expect(error).toMatchObject({ name: "SessionstreamError", code: "REJECTED" });
  return error;
}

test("a rejection comes with its code, its message and its detail", async () => {
  const error = await answered(DeskApprove, { code: "APPROVAL_CLOSED", message: "too late", detail });
  expect(error).toMatchObject({ message: "too late", context: { sessionId: "s", name: "DeskApprove" } });
  expect(isRejected(error, DeskDismiss)).toBe(false);
  if (!isRejected(error, DeskApprove)) throw error;
  switch (error.rejection.code) {
    case "APPROVAL_CLOSED":
      expect(error.rejection.detail).toMatchObject({ $typeName: "desk.v1.ApprovalState", outcome: "approved" });
      break;
    case "NOT_ASKED":
      throw new Error("it has another code");
  }
});

test("a detail that cannot be read is left out, and the rejection stays what it is", async () => {
  for (const wrong of [
    { ...detail, "@type": "type.googleapis.com/desk.v1.Newer" },
    { ...detail, outcome: 7 },
    { outcome: "approved" },
    "approved",
    null,
  ]) {
    const error = await answered(DeskApprove, { code: "APPROVAL_CLOSED", message: "too late", detail: wrong });
    if (!isRejected(error, DeskApprove)) throw error;
    expect(error.rejection).toEqual({ code: "APPROVAL_CLOSED", message: "too late", detail: undefined });
  }
});

test("a field that only a newer server knows does no harm to the detail", async () => {
  const error = await answered(DeskApprove, { code: "APPROVAL_CLOSED", message: "no", detail: { ...detail, by: "x" } });
  expect(error).toMatchObject({ rejection: { detail: { outcome: "approved" } } });
});

test("what only a newer server knows is a rejection, but none that the command declares", async () => {
  const asked = { "@type": "type.googleapis.com/desk.v1.AskCommand", approvalId: "a" };
  for (const [code, told, read] of [
    ["NEWER", detail, { outcome: "approved" }],
    ["APPROVAL_CLOSED", asked, { approvalId: "a" }],
    ["NOT_ASKED", asked, { approvalId: "a" }],
  ] as const) {
    const error = await answered(DeskApprove, { code, message: "too late", detail: told });
    expect(isRejected(error, DeskApprove)).toBe(false);
    expect(isRejected(error)).toBe(true);
    expect(error).toMatchObject({ message: "too late", rejection: { code, message: "too late", detail: read } });
  }
});

test("a command that declares nothing is rejected with any code", async () => {
  const error = await answered(DeskAsk, { code: "FORBIDDEN", message: "no", detail });
  if (!isRejected(error, DeskAsk)) throw error;
  expect(error.rejection).toMatchObject({ code: "FORBIDDEN", detail: { outcome: "approved" } });
});

test("an older server rejects without code and detail: the error has its message only", async () => {
  for (const rejection of [undefined, null, "no", { code: 7, message: "no" }, { message: "no" }]) {
    const error = await answered(DeskApprove, rejection, 422);
    expect(isRejected(error)).toBe(false);
    expect(error).toMatchObject({ message: "too late" });
  }
});
