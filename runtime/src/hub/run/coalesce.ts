import { checkOptions, milliseconds, wholeNumber } from "../../base/option.js";
import type { DescEvent } from "../../schema/event.js";
import type { Payload, PayloadInit } from "../../schema/payload.js";
import type { Published } from "../feature/command-context.js";
import type { Coalesce, CoalesceOptions } from "../feature/run-context.js";

/** Publishes one event. */
type PublishOne = (event: DescEvent, payload: PayloadInit<DescEvent["schema"]>) => Promise<Published>;

/** Merges small events of a run into few. What is held is published before anything else that the run does. */
export class Coalescing {
  readonly #publish: PublishOne;
  /** Publish what is held. */
  readonly #flushes = new Set<() => void>();
  readonly #drops = new Set<() => void>();

  constructor(publish: PublishOne) {
    this.#publish = publish;
  }

  /** Publishes all that is held. */
  flush(): void {
    for (const flush of this.#flushes) flush();
  }

  /** Forgets all that is held: it would be refused. */
  drop(): void {
    for (const drop of this.#drops) drop();
  }

  readonly coalesce: Coalesce = <D extends DescEvent>(
    event: D,
    merge: (earlier: Payload<D["schema"]>, later: Payload<D["schema"]>) => PayloadInit<D["schema"]>,
    options: CoalesceOptions = {},
  ) => {
    checkOptions("coalesce", options, { every: wholeNumber(1), within: milliseconds() });
    const { every = 50, within = 100 } = options;
    let held: { readonly payload: Payload<D["schema"]>; readonly count: number } | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let published: Promise<unknown> = Promise.resolve();
    const checked = (init: PayloadInit<D["schema"]>) => event.of(init).payload as Payload<D["schema"]>;
    const flush = () => {
      clearTimeout(timer);
      if (held === undefined) return;
      const { payload } = held;
      held = undefined;
      const before = published;
      // What was refused is told by the next call, and by the end of the run.
      published = Promise.all([before, this.#publish(event, payload)]);
      published.catch(() => {});
    };
    this.#flushes.add(flush);
    this.#drops.add(() => {
      clearTimeout(timer);
      held = undefined;
    });
    const write = async (init: PayloadInit<D["schema"]>) => {
      const payload = checked(init);
      // Others come first that were held before.
      for (const other of this.#flushes) if (other !== flush) other();
      if (held === undefined) {
        held = { payload, count: 1 };
        timer = setTimeout(flush, within);
      } else {
        held = { payload: checked(merge(held.payload, payload)), count: held.count + 1 };
      }
      if (held.count < every) return;
      const before = published;
      flush();
      // One publication is under way while the next is gathered.
      await before;
    };
    return (init: PayloadInit<D["schema"]>) => harmless(write(init));
  };
}

/** Whoever does not wait for what a run does must not end the process by its failure. */
export function harmless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
