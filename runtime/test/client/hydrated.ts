import { vi } from "vitest";
import { follow } from "../../../test/fixtures/chat/fake-client.js";
import { entity, reset } from "../../../test/fixtures/chat/frames.js";

export const message = (ordinal: number, messageId: string, text: string) => entity(ordinal, { messageId, text });

/** A client of a server that has "resume", with a snapshot of two messages at ordinal 5. */
export function hydrated(options?: Parameters<typeof follow>[0]) {
  const followed = follow(options, ["resume"]);
  followed.say(reset(5, "new", "e", [message(1, "a", "A"), message(2, "b", "B")]));
  const { network } = followed;
  return {
    ...followed,
    /** Loses the connection, and is back at a server with these extensions. */
    returnTo(...extensions: string[]) {
      network.last.lose();
      vi.advanceTimersByTime(1600);
      network.last.accept(...extensions);
      return network.last.sent;
    },
  };
}
