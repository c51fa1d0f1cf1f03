import { setImmediate } from "node:timers/promises";
import type { Feature, Hub } from "@sessionstream/runtime";
import * as fc from "fast-check";
import { expect, vi } from "vitest";
import {
  BoardAppended,
  BoardMoved,
  BoardRemoved,
  BoardSet,
  BoardTouched,
  board,
} from "../../../../test/fixtures/board/board.js";
import { inMemory, serve } from "../../../../test/fixtures/board/serve.js";
import { notesOf } from "./copy.js";
import { Follower } from "./follower.js";
import { slowHydrations } from "./slow-hydrations.js";

const sessions = ["s", "t"];
const noteIds = ["a", "b", "c"];

const publishing = fc.record({
  session: fc.constantFrom(...sessions),
  kind: fc.constantFrom("set", "append", "append", "move", "remove", "touch"),
  code: fc.constantFrom(...noteIds),
  detail: fc.constantFrom(...noteIds),
  length: fc.constantFrom(1, 1, 1, 100, 6000),
});
type Publishing = typeof publishing extends fc.Arbitrary<infer T> ? T : never;

const follower = fc.nat(3);
const session = fc.constantFrom(...sessions);

/** One step of a history: of a client, of publishers that publish at once, or of who runs the server. */
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ publish: fc.array(publishing, { minLength: 1, maxLength: 12 }) }) },
  { weight: 3, arbitrary: fc.record({ follow: session, follower }) },
  { weight: 1, arbitrary: fc.record({ unfollow: session, follower }) },
  { weight: 2, arbitrary: fc.record({ pause: fc.boolean(), follower }) },
  { weight: 1, arbitrary: fc.record({ disconnect: fc.boolean(), follower }) },
  { weight: 2, arbitrary: fc.record({ connect: fc.constant(true), follower }) },
  { weight: 4, arbitrary: fc.record({ blink: fc.boolean(), follower }) },
  { weight: 3, arbitrary: fc.record({ turns: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ rebuild: session }) },
  { weight: 1, arbitrary: fc.record({ isBroken: fc.constantFrom(true, false, false) }) },
  { weight: 1, arbitrary: fc.record({ retry: session }) },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

export const histories = (maxLength: number) => fc.array(step, { minLength: 5, maxLength, size: "max" });

/** How many turns of the event loop a snapshot takes to load. */
export const hydrationTurns = fc.constantFrom(0, 0, 1, 5, 30);

/** What happened in a history, so that one can see that it has what it is to have. */
export interface Lived {
  readonly lags: number;
  /** How often a client went on from what it had. */
  readonly deltas: number;
  /** How often a client that resumes was given the whole. */
  readonly resets: number;
}

/** Lives through a history and checks what every client saw and shows in the end. */
export async function live(steps: readonly Step[], hydrationTurns: number): Promise<Lived> {
  const world = new World(hydrationTurns);
  return world.live(steps);
}

class World {
  readonly #turns: number;
  #lags = 0;
  /** Whether the timeline projection fails for notes "c". */
  #isBroken = false;
  readonly #repairs: Promise<unknown>[] = [];

  constructor(hydrationTurns: number) {
    this.#turns = hydrationTurns;
  }

  async live(steps: readonly Step[]): Promise<Lived> {
    const observer = ({ stage }: { stage: string }) => void (stage === "lag" && this.#lags++);
    const served = await serve(inMemory, { maxBufferedBytes: 20_000, observer }, { features: [this.#feature()] });
    slowHydrations(served.hub, () => turns(this.#turns));
    // The first knows nothing of resuming.
    const followers = [0, 1, 2, 3].map((index) => new Follower(served.at, index > 0));
    try {
      for (const each of followers) each.connect();
      for (const one of steps) await this.#take(one, served.hub, followers);
      this.#isBroken = false;
      await Promise.all(this.#repairs);
      for (const session of sessions) await served.hub.retry(session);
      for (const each of followers) {
        each.connect();
        each.resume();
      }
      await check(served.hub, followers);
    } finally {
      for (const each of followers) each.disconnect(true);
      await served.stop();
    }
    const hydrations = followers.flatMap(({ history }) => history.flatMap(([, copy]) => copy.hydrations));
    const ofMode = (wanted: string) => hydrations.filter(({ mode }) => mode === wanted).length;
    return { lags: this.#lags, deltas: ofMode("SNAPSHOT_MODE_DELTA"), resets: ofMode("SNAPSHOT_MODE_RESET") };
  }

  #feature(): Feature {
    return {
      ...board,
      timeline: (event, view) => {
        if (this.#isBroken && (event.payload as { code?: string }).code === "c") throw new Error("broken");
        return board.timeline?.(event, view) ?? [];
      },
    };
  }

  async #take(one: Step, hub: Hub, followers: readonly Follower[]): Promise<void> {
    if ("publish" in one) await Promise.all(one.publish.map((publishing) => publish(hub, publishing)));
    if ("turns" in one) await turns(one.turns);
    // A rebuild while it is broken leaves the old timeline.
    if ("rebuild" in one) this.#repairs.push(hub.rebuild(one.rebuild).catch(() => {}));
    if ("retry" in one) this.#repairs.push(hub.retry(one.retry));
    if ("isBroken" in one) this.#isBroken = one.isBroken;
    if (!("follower" in one)) return;
    const chosen = followers[one.follower];
    if ("follow" in one) chosen?.follow(one.follow);
    if ("unfollow" in one) chosen?.unfollow(one.unfollow);
    if ("connect" in one) chosen?.connect();
    if ("blink" in one) {
      chosen?.disconnect(one.blink);
      chosen?.connect();
    }
    if ("disconnect" in one) chosen?.disconnect(one.disconnect);
    if ("pause" in one) one.pause ? chosen?.pause() : chosen?.resume();
  }
}

function publish(hub: Hub, { session, kind, code, detail, length }: Publishing): Promise<unknown> {
  const message = code.repeat(length);
  if (kind === "set") return hub.publish(session, BoardSet, { code, message });
  if (kind === "append") return hub.publish(session, BoardAppended, { code, message });
  if (kind === "move") return hub.publish(session, BoardMoved, { code, detail });
  if (kind === "remove") return hub.publish(session, BoardRemoved, { nonce: code });
  return hub.publish(session, BoardTouched, {});
}

async function check(hub: Hub, followers: readonly Follower[]): Promise<void> {
  for (const session of sessions) {
    const last = await hub.publish(session, BoardSet, { code: "last", message: "." });
    const timeline = await hub.snapshot(session);
    const uiOrdinals = (await hub.events(session)).flatMap(({ name, ordinal }) =>
      Array<number>(uiEventsPerEvent[name] ?? 1).fill(Number(ordinal)),
    );
    for (const each of followers.filter(({ wanted }) => wanted.has(session))) {
      await vi.waitFor(() => expect(each.copies.get(session)?.ordinal).toBe(Number(last.ordinal)), 5000);
      expect(each.copies.get(session)?.notes).toEqual(notesOf(timeline));
    }
    for (const each of followers) {
      expect(each.failures).toEqual([]);
      for (const [, copy] of each.history.filter(([of]) => of === session)) {
        for (const { ordinal, events } of copy.hydrations) {
          const above = uiOrdinals.filter((uiOrdinal) => uiOrdinal > ordinal);
          expect(events).toEqual(above.slice(0, events.length));
        }
      }
    }
  }
}

const uiEventsPerEvent: Readonly<Record<string, number>> = { BoardTouched: 0, BoardMoved: 2 };

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate();
}
