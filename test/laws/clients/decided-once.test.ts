import { createServer } from "node:http";
import { Hub, isRejected } from "@sessionstream/runtime";
import { connect } from "@sessionstream/runtime/client";
import { httpHandler, nodeListener } from "@sessionstream/runtime/http";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { deskOf } from "../../fixtures/desk.js";
import {
  DeskApproval,
  DeskApprove,
  DeskAsk,
  DeskDismiss,
  desk,
} from "../../fixtures/gen/desk/v1/desk_sessionstream.js";
import { listenOn, stop } from "../../fixtures/loopback.js";
import { places } from "../../fixtures/stores.js";

/** What became of a command: whether it won, or what it is told of the one that won. */
async function outcomeOf(submitted: Promise<unknown>): Promise<string> {
  try {
    await submitted;
    return "won";
  } catch (error) {
    if (!isRejected(error, DeskApprove) && !isRejected(error, DeskDismiss)) throw error;
    switch (error.rejection.code) {
      case "APPROVAL_CLOSED":
        return `lost: it is ${error.rejection.detail?.outcome}`;
      case "NOT_ASKED":
        return "lost: nobody asked";
    }
  }
}

test.each(places)(
  "of those who approve and dismiss at once, one wins, and the others are told who, on %s",
  async (_, makePlace) => {
    const failures: unknown[] = [];
    const onError = (error: unknown) => failures.push(error);
    const hub = new Hub({ features: [deskOf()], store: makePlace().open(), onError });
    onTestFinished(() => hub.close());
    const server = createServer(nodeListener(httpHandler(hub, { onError })));
    const port = await listenOn(server, 0);
    onTestFinished(() => stop(server));
    const people = Array.from({ length: 4 }, () => {
      const client = connect(`ws://127.0.0.1:${port}/ws`, {
        features: [desk],
        webSocket: WebSocket,
        onError: () => {},
      });
      onTestFinished(() => client.close());
      return client.session("s");
    });

    for (const approvalId of Array.from({ length: 25 }, (_, index) => String(index))) {
      const early = await Promise.all(people.map((session) => outcomeOf(session.submit(DeskApprove, { approvalId }))));
      expect(early).toEqual(people.map(() => "lost: nobody asked"));
      await people[0]?.submit(DeskAsk, { approvalId });
      const outcomes = await Promise.all(
        people.map((session, index) =>
          outcomeOf(session.submit(index % 2 === 0 ? DeskApprove : DeskDismiss, { approvalId })),
        ),
      );
      const outcome = (await hub.snapshot("s")).get(DeskApproval, approvalId)?.outcome;
      expect(outcome).toBe(outcomes.indexOf("won") % 2 === 0 ? "approved" : "dismissed");
      expect(outcomes.toSorted()).toEqual([...Array(3).fill(`lost: it is ${outcome}`), "won"]);
    }
    // Asked for once and decided once, each.
    expect((await hub.session("s")).ordinal).toBe(50n);
    expect(failures).toEqual([]);
  },
);
