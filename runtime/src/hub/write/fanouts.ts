import type { Fanout, UiBatch } from "../../session/ui-batch.js";
import type { ErrorReport } from "../observe/error-report.js";
import { guarded } from "../observe/guarded.js";

/** Those who are given the UI events of all sessions or of one. One that fails is reported and harms nobody else. */
export class Fanouts {
  readonly #report: (report: ErrorReport) => void;
  readonly #ofAll = new Set<Fanout>();
  readonly #ofSession = new Map<string, Set<Fanout>>();

  constructor(report: (report: ErrorReport) => void) {
    this.#report = report;
  }

  /** Returns what ends it. */
  add(fanout: Fanout, sessionId?: string): () => void {
    if (sessionId === undefined) {
      this.#ofAll.add(fanout);
      return () => this.#ofAll.delete(fanout);
    }
    const those = this.#ofSession.get(sessionId) ?? new Set();
    this.#ofSession.set(sessionId, those.add(fanout));
    return () => {
      those.delete(fanout);
      if (those.size === 0 && this.#ofSession.get(sessionId) === those) this.#ofSession.delete(sessionId);
    };
  }

  fanOut(batch: UiBatch): void {
    if (batch.events.length === 0 && !batch.isReset) return;
    for (const fanout of this.#ofSession.get(batch.sessionId) ?? []) this.#give(fanout, batch);
    for (const fanout of this.#ofAll) this.#give(fanout, batch);
  }

  #give(fanout: Fanout, batch: UiBatch): void {
    const { sessionId, ordinal } = batch;
    guarded(
      () => fanout(batch),
      (error) => this.#report({ step: "fanout", sessionId, ordinal, error }),
    );
  }
}
