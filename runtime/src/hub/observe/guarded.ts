/** Calls what is not ours to trust: it may throw, or return a promise against its type, and that may reject. */
export function guarded(call: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    const returned = call();
    if (returned instanceof Promise) returned.catch(onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}
