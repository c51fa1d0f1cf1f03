import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ApprovalStateSchema } from "../../../test/fixtures/gen/desk/v1/approval_state_pb.js";
import { AskCommandSchema } from "../../../test/fixtures/gen/desk/v1/desk_pb.js";
import { DeskApprove, DeskAsk, DeskDismiss, desk } from "../../../test/fixtures/gen/desk/v1/desk_sessionstream.js";
import { SessionstreamError } from "../../src/base/errors.js";
import { command } from "../../src/schema/command.js";
import { SchemaRegistry } from "../../src/schema/registry.js";
import { isRejected, RejectedError } from "../../src/schema/rejection.js";
import { decodeRejection, encodeRejection } from "../../src/schema/stored-rejection.js";

const registry = new SchemaRegistry();
registry.register(desk);
const context = { sessionId: "s", name: "DeskApprove" };
const detail = create(ApprovalStateSchema, { outcome: "approved", decidedAt: 2n ** 60n });
const closed = new RejectedError({ code: "APPROVAL_CLOSED", message: "it is closed", detail }, context);

test("isRejected is true for codes that the command declares, and for all where it declares none", () => {
  const rejected = (code: string, name = "DeskApprove") =>
    new RejectedError({ code, message: "no", detail: undefined }, { sessionId: "s", name });
  expect(isRejected(closed, DeskApprove)).toBe(true);
  expect(isRejected(closed, DeskDismiss)).toBe(false);
  // Of a newer server: no case of a switch is for it.
  for (const code of ["NEWER", "toString"]) {
    expect(isRejected(rejected(code), DeskApprove)).toBe(false);
    expect(isRejected(rejected(code))).toBe(true);
    expect(isRejected(rejected(code, "DeskAsk"), DeskAsk)).toBe(true);
  }
  for (const code of ["APPROVAL_CLOSED", "NOT_ASKED"]) {
    const newer = create(AskCommandSchema);
    expect(isRejected(new RejectedError({ code, message: "no", detail: newer }, context), DeskApprove)).toBe(false);
    expect(isRejected(rejected(code), DeskApprove)).toBe(true);
  }
  for (const other of [
    new SessionstreamError("REJECTED", "no"),
    new SessionstreamError("FORBIDDEN", "no"),
    closed.rejection,
  ]) {
    expect(isRejected(other)).toBe(false);
    expect(isRejected(other, DeskAsk)).toBe(false);
  }
});

test("isRejected accepts an error of another copy of this package", () => {
  const error = new Error("no");
  error.name = "SessionstreamError";
  const copy = Object.assign(error, { code: "REJECTED", context, rejection: closed.rejection });
  expect(isRejected(copy, DeskApprove)).toBe(true);
});

test("a rejection that is stored is the same when it is read", () => {
  const stored = encodeRejection(registry, closed);
  expect(stored).toEqual({
    code: "APPROVAL_CLOSED",
    message: "it is closed",
    detail: { type: "desk.v1.ApprovalState", payload: toBinary(ApprovalStateSchema, detail) },
  });
  const read = decodeRejection(registry, stored, context);
  expect([read.code, read.message, read.context, read.rejection]).toEqual([
    "REJECTED",
    "it is closed",
    context,
    closed.rejection,
  ]);
  expect(isRejected(read, DeskApprove)).toBe(true);
});

test("a rejection without a detail is stored without one", () => {
  const stored = { code: "NOT_ASKED", message: "no" };
  const read = decodeRejection(registry, stored, context);
  expect(read.rejection).toEqual({ ...stored, detail: undefined });
  expect(encodeRejection(registry, read)).toEqual(stored);
});

test("a detail that another schema stored, and that this one cannot read, is left out", () => {
  const read = (type: string, payload: Uint8Array) =>
    decodeRejection(registry, { code: "APPROVAL_CLOSED", message: "no", detail: { type, payload } }, context).rejection;
  for (const rejection of [
    read("desk.v1.Newer", new Uint8Array()),
    read("desk.v1.ApprovalState", new Uint8Array([0xff])),
  ]) {
    expect(rejection).toEqual({ code: "APPROVAL_CLOSED", message: "no", detail: undefined });
  }
});

test("the registry knows the messages of details, also of files that declare nothing else", () => {
  const alone = new SchemaRegistry();
  alone.register({
    kind: "feature",
    name: "Alone",
    commands: [command("Alone", AskCommandSchema, { rejects: { CLOSED: ApprovalStateSchema } })],
    events: [],
    supersededEvents: [],
    retired: [],
    timelineVersion: 1,
    uiEvents: [],
    timelineEntities: [],
    runs: [],
  });
  expect(alone.protobuf.getMessage("desk.v1.ApprovalState")).toBe(ApprovalStateSchema);
});
