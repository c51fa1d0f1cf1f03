import { toStoreError } from "../../store/store-error.js";
import type { KeyName, KeyOutcome, KeyOwner, SessionHead, StoredKey } from "../../store/stored.js";
import type { SessionHost } from "./lane/session-host.js";
import type { Signals } from "./signals.js";

/** A key that was claimed for work that is to begin; or the work is done. */
export type ClaimOutcome =
  | { readonly token: string; readonly head: SessionHead | undefined }
  | { readonly stored: StoredKey; readonly outcome: KeyOutcome };

/** The outcome of work that published nothing. */
export const nothingPublished: KeyOutcome = { firstOrdinal: 0n, lastOrdinal: 0n };

/** How often one looks whether another process is done, in milliseconds. */
const pause = 25;

/**
 * Claims a key. Where another process is at work under it, waits until that is done, or
 * takes the key over when the process is dead: when it left, or when its heart has not
 * beaten for the time of a lease on the clock of this process. Work that had published
 * something by then counts as done. Other work under the key is told at once, by a
 * `stored` of another fingerprint.
 * @throws the reason for which all are aborted, and STORE_FAILED.
 */
export async function claimKey(
  host: SessionHost,
  name: KeyName,
  fingerprint: string,
  command: string,
  signals: Signals,
): Promise<ClaimOutcome> {
  const token = host.process.nextToken();
  try {
    return await claimAs(token, host, name, fingerprint, command, signals);
  } catch (thrown) {
    // The store may have given the claim and not said so.
    const isAborted = signals.reason !== undefined;
    if (!isAborted) host.process.settleLater({ ...name, token }, undefined);
    throw isAborted ? thrown : toStoreError(thrown);
  }
}

async function claimAs(
  token: string,
  { store, process, descriptors, now }: SessionHost,
  name: KeyName,
  fingerprint: string,
  command: string,
  signals: Signals,
): Promise<ClaimOutcome> {
  const descriptor = descriptors.ofCommand(command);
  const claim = { ...name, fingerprint, process: process.id, token, time: now(), descriptor };
  let seen: Seen | undefined;
  for (;;) {
    const from = seen !== undefined && isDead(seen, process.lease) ? { token: seen.token, beat: seen.beat } : undefined;
    // Those who wait only look, so that they keep nobody from writing.
    const looked = seen !== undefined && from === undefined ? await store.key(name) : undefined;
    const [answer] = looked === undefined ? await store.claim([from === undefined ? claim : { ...claim, from }]) : [];
    const found = looked ?? answer?.taken;
    if (found === undefined) {
      if (descriptor !== undefined) descriptors.stored([descriptor]);
      // The other process may have published until it lost the key.
      const outcome = seen && (await store.key(name))?.outcome;
      if (outcome === undefined) return { token, head: answer?.head };
      await process.settle({ ...name, token }, outcome);
      return { stored: { fingerprint, outcome, owner: undefined }, outcome };
    }
    const { owner, outcome } = found;
    if (found.fingerprint !== fingerprint || owner === undefined) {
      return { stored: found, outcome: outcome ?? nothingPublished };
    }
    const isSame = owner.token === seen?.token && owner.beat === seen.beat;
    seen = { ...owner, since: isSame && seen !== undefined ? seen.since : performance.now() };
    const isWaiting = !isDead(seen, process.lease);
    await signals.wait(isWaiting ? new Promise((resolve) => setTimeout(resolve, pause)) : Promise.resolve());
  }
}

/** Another process at work, and since when it looks so. */
interface Seen extends KeyOwner {
  readonly since: number;
}

function isDead({ beat, since }: Seen, lease: number): boolean {
  return beat === undefined || performance.now() - since > lease;
}
