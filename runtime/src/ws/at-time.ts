import { longestTime } from "../base/option.js";

/**
 * Does something at a time in milliseconds since the Unix epoch, however far away.
 * Returns what keeps it from being done.
 */
export function atTime(time: number, act: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = time - Date.now();
    if (left <= 0) act();
    else timer = setTimeout(wait, Math.min(left, longestTime)).unref();
  };
  if (time !== Number.POSITIVE_INFINITY) wait();
  return () => clearTimeout(timer);
}
