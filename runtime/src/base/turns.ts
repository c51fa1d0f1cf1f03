// Long work is cut in slices, so that whatever else the process does has its turn between
// them. All long work of a process shares one slice in each turn of the event loop: a hundred
// pieces of it hold the loop no longer than one.

/** How long work may hold the event loop in one turn, in milliseconds. */
const slice = 2;

const waiting: (() => void)[] = [];
/** Undefined where nothing was done in this turn yet. */
let sliceEnds: number | undefined;

/** Whether long work has to wait for its next turn before it goes on. */
export function isTurnOver(): boolean {
  const now = performance.now();
  if (sliceEnds === undefined) {
    sliceEnds = now + slice;
    setImmediate(beginTurn);
  }
  return now >= sliceEnds;
}

/** Resolves when it is the turn of whoever waited longest. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (sliceEnds === undefined) {
      sliceEnds = 0;
      setImmediate(beginTurn);
    }
  });
}

function beginTurn(): void {
  sliceEnds = undefined;
  if (waiting.length === 0) return;
  sliceEnds = performance.now() + slice;
  setImmediate(beginTurn);
  resume();
}

/** One after the other, for as long as the slice lasts: what is short needs no turn of its own. */
function resume(): void {
  const first = waiting.shift();
  if (first === undefined) return;
  first();
  // By then it has gone on as far as it could.
  queueMicrotask(() => {
    if (!isTurnOver()) resume();
  });
}
