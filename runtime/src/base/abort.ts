/** Settles like the promise, or rejects with the signal's reason once that is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = whenAborted(signal, reject);
  });
  // The other one may still reject, and nobody waits for it any more.
  promise.catch(() => {});
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    stop();
  }
}

/**
 * Calls back with the reason when the signal is aborted, at once where it is;
 * returns what ends that. Unlike `AbortSignal.any`, it leaves nothing on a signal
 * that lives long.
 */
export function whenAborted(signal: AbortSignal, listener: (reason: unknown) => void): () => void {
  const abort = () => listener(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}
