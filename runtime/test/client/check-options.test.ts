import { expect, test } from "vitest";
import { connectFake } from "../../../test/fixtures/chat/fake-client.js";

test.each([
  [{ connectTimeout: 0 }, "client option connectTimeout: got 0, want milliseconds from 1 to 2147483647"],
  [{ connectTimeout: Number.POSITIVE_INFINITY }, "client option connectTimeout: got Infinity"],
  [{ pingInterval: 2 ** 31 }, "client option pingInterval: got 2147483648"],
  [{ reconnect: { first: -1 } }, "client option reconnect.first: got -1"],
  [{ reconnect: { longest: "5" as never as number, first: Number.NaN } }, "client option reconnect.first: got NaN"],
  [{ retryFor: -1 }, "client option retryFor: got -1, want milliseconds from 0"],
])("times that no timer can wait are refused: %j", (options, message) => {
  const refused = expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) });
  expect(() => connectFake(options)).toThrow(refused);
});

test("a command may be submitted again for ever", () => {
  connectFake({ retryFor: Number.POSITIVE_INFINITY }).client.close();
});
