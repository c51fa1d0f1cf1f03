import { SessionstreamError } from "../../base/errors.js";
import type { ErrorReport } from "../observe/error-report.js";

/** The handler of a command that the hub waits for. */
interface Going {
  /** Of the command. */
  readonly name: string;
  readonly leave: (error: unknown) => void;
}

/** The handlers of a session that go on. The hub can leave them, where they do not end. */
export class Handling {
  readonly #sessionId: string;
  readonly #going = new Set<Going>();
  #hasLeft = false;

  constructor(sessionId: string) {
    this.#sessionId = sessionId;
  }

  /** Whether what goes on was left. Nothing that it still does counts. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Settles like the work, or rejects once it is left. */
  async whileGoing<T>(name: string, work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const going: Going = { name, leave: reject };
      this.#going.add(going);
      work.then(resolve, reject).finally(() => this.#going.delete(going));
    });
  }

  /** Leaves what goes on: those who wait for it are told the error. Reports each. */
  leave(error: Error, grace: number, report: (report: ErrorReport) => void): void {
    this.#hasLeft = true;
    const sessionId = this.#sessionId;
    for (const { leave, name } of this.#going) {
      const timeout = closeTimeout(`the handler of command "${name}"`, grace, sessionId, name);
      report({ step: "submit", sessionId, name, error: timeout });
      leave(error);
    }
  }
}

/** The error that reports what the hub left when it closed. */
export function closeTimeout(what: string, grace: number, sessionId: string, name: string): SessionstreamError {
  return new SessionstreamError(
    "CLOSE_TIMEOUT",
    `${what} did not end within ${grace} ms of being aborted, and was left when the hub closed: end it when its signal is aborted`,
    { sessionId, name },
  );
}
