import type { SessionStatus } from "@sessionstream/runtime";
import { Child } from "./child.js";

type TimelineStop = NonNullable<SessionStatus["stop"]>;

/** What a process heard of a session. */
export interface Heard {
  readonly ordinal: bigint;
  readonly isReset: boolean;
  /** The UI events, as text. */
  readonly shown: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Where a follower begins. */
export interface Begin {
  readonly ordinal: bigint;
  readonly missed: readonly Heard[];
  readonly stop: TimelineStop | undefined;
}

/** An event to publish: its kind, as the process calls it, and its payload. */
export type Given = readonly [
  kind: "asked" | "line" | "removed" | "paused" | "member",
  payload: { readonly stepId?: string; readonly line?: string; readonly by?: string; readonly memberId?: string },
];

/** How a process of the console is started. */
export interface ConsoleProcessOptions {
  readonly file: string;
  /** 0 for a free one. */
  readonly port?: number;
  /** What happens where a timeline projection fails. The default is `fail`. */
  readonly policy?: "fail" | "advance";
  /** Names of events that this program does not know. */
  readonly without?: readonly string[];
  readonly retired?: readonly string[];
}

type Request = { readonly do: string; readonly session?: string };

export interface Status {
  readonly ordinal: bigint;
  readonly cursor: bigint;
  readonly stop: TimelineStop | undefined;
}

/** A failure that a process was told of. */
export interface ToldError {
  readonly step: string;
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly message: string;
}

/** A process of the deployment console, on a file that it may share. */
export class ConsoleProcess {
  readonly port: number;
  readonly #child: Child<Request>;
  readonly #listeners: Map<string, (heard: Heard) => void>;

  private constructor(child: Child<Request>, listeners: Map<string, (heard: Heard) => void>) {
    this.#child = child;
    this.#listeners = listeners;
    this.port = (child.hello as { port: number }).port;
  }

  static async start(options: ConsoleProcessOptions): Promise<ConsoleProcess> {
    const listeners = new Map<string, (heard: Heard) => void>();
    const child = await Child.start<Request>("processes/console-process", [JSON.stringify(options)], (message) => {
      const { session, heard } = message as { session: string; heard: Heard };
      listeners.get(session)?.(heard);
    });
    return new ConsoleProcess(child, listeners);
  }

  /** Publishes at once. Tells the ordinal of each, or the code that it failed with. */
  publish(session: string, given: readonly Given[]): Promise<(bigint | string)[]> {
    return this.#ask({ do: "publish", session, given });
  }

  follow(session: string, listener: (heard: Heard) => void): Promise<Begin> {
    this.#listeners.set(session, listener);
    return this.#ask({ do: "follow", session });
  }

  begin(session: string): Promise<Begin> {
    return this.#ask({ do: "begin", session });
  }

  unfollow(session: string): Promise<void> {
    return this.#ask({ do: "unfollow", session });
  }

  /** Whether its timeline projection fails for lines with an X. */
  break(broken: boolean): Promise<void> {
    return this.#ask({ do: "break", broken });
  }

  repair(session: string, how: "retry" | "rebuild"): Promise<unknown> {
    return this.#ask({ do: "repair", session, how });
  }

  status(session: string): Promise<Status> {
    return this.#ask({ do: "status", session });
  }

  /** The steps that it has in memory, as text. */
  steps(session: string): Promise<string[]> {
    return this.#ask({ do: "steps", session });
  }

  /** The steps that are stored, as text. */
  snapshot(session: string): Promise<{ ordinal: bigint; steps: string[] }> {
    return this.#ask({ do: "snapshot", session });
  }

  /** What its `onError` heard. */
  reports(): Promise<ToldError[]> {
    return this.#ask({ do: "reports" });
  }

  kill(): Promise<void> {
    return this.#child.kill();
  }

  #ask<Answer, R extends Request = Request & Record<string, unknown>>(request: R): Promise<Answer> {
    return this.#child.ask(request);
  }
}
