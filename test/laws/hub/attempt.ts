import type { CommandContext, Published, Submitted } from "@sessionstream/runtime";
import { turns } from "./faulty-store.js";
import type { Publisher } from "./history.js";
import { publishTagged } from "./tagged.js";

/** An event that somebody tried to publish, and what he was told. */
export interface Attempt {
  readonly session: string;
  readonly publisher: number;
  readonly tag: number;
  ordinal?: bigint;
  refusal?: unknown;
}

/** Publishes all of a publisher's events, in order, and notes what became of each. */
export async function attemptAll(
  publisher: Omit<Publisher, "session"> & { readonly session: string; readonly number: number },
  publish: CommandContext["publish"],
  attempts: Attempt[],
  onAcknowledged: (published: Published) => void,
): Promise<void> {
  const waiting: Promise<void>[] = [];
  for (const spec of publisher.events) {
    const attempt: Attempt = { session: publisher.session, publisher: publisher.number, tag: attempts.length + 1 };
    attempts.push(attempt);
    const done = publishTagged(spec, attempt.tag, publish).then(
      (published) => {
        attempt.ordinal = published.ordinal;
        onAcknowledged(published);
      },
      (error: unknown) => {
        attempt.refusal = error;
      },
    );
    if (publisher.awaits) {
      await done;
    } else {
      waiting.push(done);
      await turns(publisher.gap);
    }
  }
  await Promise.all(waiting);
}

/** What is wrong with how `submit` ended: it succeeds where all was published, and says where the last of it went. */
export function complaintAbout(submitted: Submitted | undefined, own: readonly Attempt[]): string | undefined {
  const refused = own.some(({ ordinal }) => ordinal === undefined);
  if (submitted === undefined) {
    return own.length > 0 && !refused ? "submit failed, though all that its handler published is durable" : undefined;
  }
  if (refused) return "submit succeeded, though an event of its handler was refused";
  const last = own.reduce((max, { ordinal = 0n }) => (ordinal > max ? ordinal : max), 0n);
  return submitted.ordinal === last ? undefined : `submit said ${submitted.ordinal}, want ${last}`;
}
