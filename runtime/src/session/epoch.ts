// An epoch begins with what tells the session from others that had its id before. After a dot follows
// which repair of its timeline it is: 0 before the first. Releases before 0.4 had another random text
// after each repair, without a dot.

/** The epoch of a session that begins. */
export function firstEpoch(): string {
  return `${crypto.randomUUID()}.0`;
}

/** The epoch of a session after a repair of its timeline. */
export function repairedEpoch(epoch: string): string {
  return `${beginOf(epoch)}.${crypto.randomUUID()}`;
}

/** Whether two epochs are of one session, repaired in between or not: it was not deleted and begun anew. */
export function isSameSession(a: string, b: string): boolean {
  return beginOf(a) === beginOf(b);
}

/** The epoch as clients are given it: another one where other kinds of entities are registered. */
export function clientEpoch(epoch: string, kinds: string): string {
  return `${epoch}.${kinds}`;
}

/** Whether a client has an epoch of another session than the one that is there now, if any is. */
export function isOfAnotherSession(client: string, stored: string | undefined): boolean {
  // Of one from before a repair by an earlier release, nobody can tell.
  return client.split(".").length === 3 && beginOf(client) !== beginOf(stored ?? "");
}

function beginOf(epoch: string): string {
  return epoch.split(".", 1)[0] ?? "";
}
