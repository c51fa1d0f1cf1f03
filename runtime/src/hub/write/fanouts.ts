import type { Fanout, UiBatch } from "../../session/ui-batch.js";
import type { ErrorReport } from "../observe/error-report.js";
import { guarded } from "../observe/guarded.js";

/** Those who are given the UI events of all sessions. One that fails is reported and harms nobody else. */
export class Fanouts {
  readonly #report: (report: ErrorReport) => void;
  readonly #all = new Set<Fanout>();

  constructor(report: (report: ErrorReport) => void) {
    this.#report = report;
  }

  /** Returns what ends it. */
  add(fanout: Fanout): () => void {
    this.#all.add(fanout);
    return () => this.#all.delete(fanout);
  }

  fanOut(batch: UiBatch): void {
    if (batch.events.length === 0 && !batch.isReset) return;
    const { sessionId, ordinal } = batch;
    for (const fanout of this.#all) {
      guarded(
        () => fanout(batch),
        (error) => this.#report({ step: "fanout", sessionId, ordinal, error }),
      );
    }
  }
}
