/** A clock may be set, and a machine may sleep: the time is looked at again after so many milliseconds. */
const longestLook = 250;

interface Alarm {
  readonly time: number;
  ring(): void;
}

/**
 * Waits until times of the hub's clock. One timer serves all who wait, and only the next time is
 * looked at: a thousand that sleep cost no more than one.
 */
export class Alarms {
  readonly #now: () => number;
  /** The next one first. */
  readonly #alarms: Alarm[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls back once the time has come. Returns what ends that. */
  at(time: number, ring: () => void): () => void {
    const alarm: Alarm = { time, ring };
    const place = this.#alarms.findIndex((other) => other.time > time);
    this.#alarms.splice(place === -1 ? this.#alarms.length : place, 0, alarm);
    if (this.#alarms[0] === alarm) this.#set();
    return () => {
      const found = this.#alarms.indexOf(alarm);
      if (found !== -1) this.#alarms.splice(found, 1);
    };
  }

  #set(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [next] = this.#alarms;
    if (next === undefined) return;
    const pause = Math.min(Math.max(next.time - this.#now(), 0), longestLook);
    this.#timer = setTimeout(() => this.#look(), pause);
    (this.#timer as { unref?(): void }).unref?.();
  }

  #look(): void {
    const now = this.#now();
    while (this.#alarms[0] !== undefined && this.#alarms[0].time <= now) this.#alarms.shift()?.ring();
    this.#set();
  }
}
