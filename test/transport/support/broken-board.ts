import type { Feature } from "@sessionstream/runtime";
import { board } from "./board.js";

/** The board, whose timeline projection fails for the event at an ordinal until it is mended. */
export function brokenBoard(ordinal: bigint): Feature & { mend(): void } {
  let isBroken = true;
  return {
    ...board,
    timeline(event, view) {
      if (isBroken && event.ordinal === ordinal) throw new Error("broken");
      return board.timeline?.(event, view) ?? [];
    },
    mend() {
      isBroken = false;
    },
  };
}
