import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is in use once garbage was collected, in bytes. */
export function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
