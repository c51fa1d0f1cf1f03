import { setImmediate } from "node:timers/promises";

/** A promise that a test opens when it likes. */
export class Gate {
  #open: () => void = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.#open = resolve;
  });

  open(): void {
    this.#open();
  }
}

/** Whether the promise settles within some turns of the event loop. */
export async function settles(promise: Promise<unknown>, turns = 50): Promise<boolean> {
  let settled = false;
  const done = () => {
    settled = true;
  };
  promise.then(done, done);
  for (let turn = 0; turn < turns && !settled; turn++) await setImmediate();
  return settled;
}
