import { type Client, connect, type RemoteSession } from "@sessionstream/runtime/client";
import { WebSocket } from "ws";
import { consoleClient } from "../fixtures/console.js";
import {
  ConsoleLineShown,
  ConsoleStep,
  ConsoleStepGone,
  ConsoleStepShown,
  type console,
} from "../fixtures/gen/console/v1/console_sessionstream.js";

type Console = typeof console;

/** Connects to a process of the console, in somebody's name. */
export function connectConsole(port: number, who = "nobody"): Client<Console> {
  return connect(`ws://127.0.0.1:${port}/ws?token=${who}`, {
    features: [consoleClient],
    webSocket: WebSocket,
    fetch: (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${who}`);
      return fetch(input, { ...init, headers });
    },
    reconnect: { first: 1, longest: 20 },
    onError: () => {},
  });
}

/** The steps in their order, as text. */
export function stepsOf({ timeline }: Pick<RemoteSession<Console>, "timeline">): string[] {
  return timeline.list(ConsoleStep).map(({ stepId, state, by, lines }) => `${stepId} ${state} ${by} ${lines}`);
}

/** A screen that shows a session, and says what came twice, not at all or out of order. */
export class Screen {
  readonly wrong: string[] = [];
  /** All that came live, by ordinal. */
  readonly shown = new Map<bigint, string>();
  readonly session: RemoteSession<Console>;
  readonly #name: string;
  #shownSince = new Map<bigint, string>();
  #hydration: RemoteSession<Console>["hydration"];
  #last: bigint | undefined;

  constructor(client: Client<Console>, session: string, name: string) {
    this.session = client.session(session);
    this.#name = name;
    this.session.on(ConsoleStepShown, ({ ordinal, payload: { stepId, state, by } }) =>
      this.#take(ordinal, `ConsoleStepShown ${stepId} ${state} ${by} `),
    );
    this.session.on(ConsoleLineShown, ({ ordinal, payload: { stepId, line } }) =>
      this.#take(ordinal, `ConsoleLineShown ${stepId}   ${line}`),
    );
    this.session.on(ConsoleStepGone, ({ ordinal, payload: { stepId } }) =>
      this.#take(ordinal, `ConsoleStepGone ${stepId}   `),
    );
  }

  get steps(): string[] {
    return stepsOf(this.session);
  }

  /** What came live since the last snapshot or delta. */
  get shownSince(): ReadonlyMap<bigint, string> {
    return this.session.hydration === this.#hydration ? this.#shownSince : new Map();
  }

  #take(ordinal: bigint, shown: string): void {
    const { hydration } = this.session;
    if (hydration !== this.#hydration) this.#shownSince = new Map();
    if (hydration !== this.#hydration && hydration?.mode === "reset") this.#last = undefined;
    const isSame = hydration === this.#hydration;
    this.#hydration = hydration;
    const last = this.#last;
    this.#last = ordinal;
    this.shown.set(ordinal, shown);
    this.#shownSince.set(ordinal, shown);
    if (last === undefined) return;
    // What it missed came with the snapshot.
    if (isSame ? ordinal !== last + 1n : ordinal <= last) this.wrong.push(`${this.#name} got ${ordinal} after ${last}`);
  }
}
