import type { DescEvent } from "../../schema/event.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { Publish, Published } from "../feature/command-context.js";
import type { KeyClaim } from "./lane/key-claim.js";
import type { Lane } from "./lane/lane.js";
import { type EncodedEvent, encodeEvent } from "./lane/publication.js";
import type { SessionHost } from "./lane/session-host.js";

/** Takes an event that is checked and encoded into the lane's order. Resolves when it is durable. */
export function publishEncoded(lane: Lane, event: EncodedEvent, claim?: KeyClaim): Promise<Published> {
  return new Promise((resolve, reject) => {
    lane.enqueue({ event, claim, resolve, reject });
  });
}

/** Checks an event, encodes it as it is now, and publishes it. Rejects where it is refused. */
export async function publishEvent<D extends DescEvent>(
  lane: Lane,
  { registry }: SessionHost,
  event: D,
  init: PayloadInit<D["schema"]>,
  claim?: KeyClaim,
): Promise<Published> {
  return publishEncoded(lane, encodeEvent(registry, lane.id, event, init), claim);
}

/**
 * Gives work a publisher, and waits for the work and for all that it published,
 * also where it fails. Resolves to the last ordinal that the work published before
 * it returned; rejects with what the work throws, or with the first refusal.
 */
export async function whilePublishing(
  lane: Lane,
  host: SessionHost,
  work: (publish: Publish) => void | Promise<void>,
  claim?: KeyClaim,
): Promise<bigint | undefined> {
  const publishing: Promise<Published>[] = [];
  let returned = false;
  let handled = false;
  let last: bigint | undefined;
  const publish: Publish = (event, init) => {
    // What runs publish once the handler returned is not the handler's any more.
    const own = !returned;
    const published = publishEvent(lane, host, event, init, own ? claim : undefined);
    if (own) publishing.push(published);
    // Whoever does not wait for the outcome must not end the process by it.
    published.then(
      (done) => {
        if (own) last = done.ordinal;
      },
      (error: unknown) => {
        if (!own || handled) host.report({ step: "publish", sessionId: lane.id, name: event.name, error });
      },
    );
    return published;
  };
  try {
    await work(publish);
  } catch (thrown) {
    // The caller hears of this; of what is refused besides, nobody would.
    returned = handled = true;
    await Promise.allSettled(publishing);
    throw thrown;
  }
  returned = true;
  const outcomes = await Promise.allSettled(publishing);
  handled = true;
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  if (refused !== undefined) throw refused.reason;
  return last;
}
