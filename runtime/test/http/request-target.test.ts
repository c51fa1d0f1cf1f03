import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Hub } from "@sessionstream/runtime";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { afterEach, describe, expect, test } from "vitest";
import { labOf } from "../../../test/fixtures/lab.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** The status that an application answers to a target that is written as it is, and whether it came past our listener. */
async function answerTo(target: string, isMiddleware: boolean) {
  const api = nodeListener(httpHandler(new Hub({ features: [labOf()] })));
  let passed = false;
  const server = createServer((incoming, outgoing) => {
    const next = () => {
      passed = true;
      outgoing.writeHead(204).end();
    };
    api(incoming, outgoing, isMiddleware ? next : undefined);
  });
  closing.push(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return { status: Number(text.split(" ")[1]), passed };
}

describe("a target that is not plain", () => {
  const snapshot = "/api/sessions/s/snapshot";

  test.each([`//x${snapshot}`, `/a/..${snapshot}`, `/%2e%2e${snapshot}`, `/\\x${snapshot}`, `${snapshot}#x`])(
    "is refused where it is one of ours in disguise: %s",
    async (target) => {
      expect(await answerTo(target, true)).toEqual({ status: 400, passed: false });
      expect(await answerTo(target, false)).toEqual({ status: 400, passed: false });
    },
  );

  test.each(["/docs//page", "/blog/./x", "/x#y", "//api/sessions/s/snapshot/x"])(
    "is left to the application where it is none of ours: %s",
    async (target) => {
      expect(await answerTo(target, true)).toEqual({ status: 204, passed: true });
      expect(await answerTo(target, false)).toEqual({ status: 404, passed: false });
    },
  );
});
