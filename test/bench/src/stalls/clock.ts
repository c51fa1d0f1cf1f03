/** Milliseconds on the clock that all processes have. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
