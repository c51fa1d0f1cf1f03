import { setImmediate } from "node:timers/promises";
import { type Hub, isSessionstreamError, type UiBatch } from "@sessionstream/runtime";

/** One who follows as clients do: a snapshot, then what is above it, and again after a reset. */
export class Follower {
  /** The ordinal of each snapshot, and the ordinals that came after it. */
  readonly seen: { readonly from: bigint; readonly ordinals: bigint[] }[] = [];
  readonly #hub: Hub;
  #held: UiBatch[] | undefined = [];
  #isStale = false;

  constructor(hub: Hub) {
    this.#hub = hub;
    hub.follow("s", (batch) => this.#take(batch));
    void this.#hydrate();
  }

  get last(): bigint {
    const seen = this.seen.at(-1);
    return this.#held === undefined ? (seen?.ordinals.at(-1) ?? seen?.from ?? -1n) : -1n;
  }

  #take(batch: UiBatch): void {
    if (batch.isReset) {
      this.#isStale = true;
      if (this.#held === undefined) {
        this.#held = [];
        void this.#hydrate();
      }
      return;
    }
    if (this.#held !== undefined) this.#held.push(batch);
    else this.#add(batch);
  }

  #add({ ordinal }: UiBatch): void {
    const seen = this.seen.at(-1);
    if (seen !== undefined && ordinal > seen.from) seen.ordinals.push(ordinal);
  }

  async #hydrate(): Promise<void> {
    for (;;) {
      this.#isStale = false;
      this.#held = [];
      let from: bigint;
      try {
        const hydration = await this.#hub.hydrate("s", undefined);
        if (this.#isStale) continue;
        from = hydration.mode === "reset" ? hydration.snapshot.ordinal : 0n;
        // What a stopped timeline lacks is read as it is asked for, which may fail as well.
        if (hydration.mode === "reset") for await (const { ordinal } of hydration.missed()) from = ordinal;
      } catch (error) {
        if (isSessionstreamError(error, "CLOSED")) return;
        await setImmediate();
        continue;
      }
      if (this.#isStale) continue;
      this.seen.push({ from, ordinals: [] });
      const held = this.#held;
      this.#held = undefined;
      for (const batch of held) this.#add(batch);
      return;
    }
  }
}
