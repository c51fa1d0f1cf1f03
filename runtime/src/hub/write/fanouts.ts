import type { Fanout, UiBatch } from "../../session/ui-batch.js";
import type { ErrorReport } from "../observe/error-report.js";
import { guarded } from "../observe/guarded.js";

interface Added {
  readonly fanout: Fanout;
}

/** Those who are given the UI events of all sessions or of one. One that fails is reported and harms nobody else. */
export class Fanouts {
  readonly #report: (report: ErrorReport) => void;
  /** Each by itself, as one function can be added several times. */
  readonly #ofAll = new Set<Added>();
  readonly #ofSession = new Map<string, Set<Added>>();

  constructor(report: (report: ErrorReport) => void) {
    this.#report = report;
  }

  /** Returns what ends it. */
  add(fanout: Fanout, sessionId?: string): () => void {
    const added: Added = { fanout };
    if (sessionId === undefined) {
      this.#ofAll.add(added);
      return () => this.#ofAll.delete(added);
    }
    const those = this.#ofSession.get(sessionId) ?? new Set();
    this.#ofSession.set(sessionId, those.add(added));
    return () => {
      those.delete(added);
      if (those.size === 0 && this.#ofSession.get(sessionId) === those) this.#ofSession.delete(sessionId);
    };
  }

  /** Whether anybody is told of a session. */
  isHeard(sessionId: string): boolean {
    return this.#ofAll.size > 0 || this.#ofSession.has(sessionId);
  }

  fanOut(batch: UiBatch): void {
    if (batch.events.length === 0 && !batch.isReset) return;
    const those = this.#ofSession.get(batch.sessionId);
    if (those !== undefined) for (const added of those) this.#give(added, batch);
    for (const added of this.#ofAll) this.#give(added, batch);
  }

  #give({ fanout }: Added, batch: UiBatch): void {
    const { sessionId, ordinal } = batch;
    guarded(
      () => fanout(batch),
      (error) => this.#report({ step: "fanout", sessionId, ordinal, error }),
    );
  }
}
