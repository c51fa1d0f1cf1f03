/** How long another process may keep the file to itself, in milliseconds. */
const longestWait = 60_000;

/**
 * Tries again while another process has the file. SQLite would wait by itself, but holds
 * the event loop meanwhile.
 */
export function whileBusy<T>(work: () => T): T | Promise<T> {
  try {
    return work();
  } catch (thrown) {
    if (!isBusy(thrown)) throw thrown;
    return tryAgain(work, performance.now());
  }
}

async function tryAgain<T>(work: () => T, begun: number): Promise<T> {
  for (;;) {
    // Not the same pause for all, so that those who wait do not meet again and again.
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 9));
    try {
      return work();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() - begun > longestWait) throw thrown;
    }
  }
}

/** What to throw where SQLite only returns that another connection has the file. */
export class FileBusy extends Error {
  readonly code = "SQLITE_BUSY";
}

/** Whether another connection has the file, as each driver says it. */
export function isBusy(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, errcode } = thrown as Error & { readonly code?: unknown; readonly errcode?: unknown };
  if (code === "ERR_SQLITE_ERROR") return (Number(errcode) & 0xff) === sqliteBusy;
  return String(code).startsWith("SQLITE_BUSY");
}

/** The lowest byte of what SQLite says (https://www.sqlite.org/rescode.html). */
const sqliteBusy = 5;
