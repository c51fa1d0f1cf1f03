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

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("SQLITE_BUSY");
}
