import type { Database } from "better-sqlite3";
import type { MoveListener } from "../store/store.js";
import type { Statements } from "./statements.js";

/** How often the file is looked at while somebody listens, in milliseconds. */
const interval = 20;

/**
 * Finds out what other processes commit. SQLite cannot tell by itself, but a connection
 * knows at a cost of microseconds whether another one changed the file
 * (https://www.sqlite.org/pragma.html#pragma_data_version).
 */
export class Watch {
  readonly #database: Database;
  readonly #sql: Pick<Statements, "selectFirstMove" | "selectLastMove" | "selectMoves">;
  readonly #listeners = new Set<MoveListener>();
  #timer: NodeJS.Timeout | undefined;
  #version: unknown;
  #lastMove = 0;

  constructor(database: Database, sql: Statements) {
    this.#database = database;
    this.#sql = sql;
  }

  add(listener: MoveListener): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.end();
    };
  }

  /** This connection has committed, which its version does not show: several hubs may share it. */
  committed(): void {
    if (this.#listeners.size > 1) setImmediate(() => this.#look(true));
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #begin(): void {
    this.#version = undefined;
    this.#lastMove = 0;
    try {
      this.#version = this.#dataVersion();
      this.#lastMove = this.#sql.selectLastMove.get() ?? 0;
    } catch {
      // The file is busy. Then the first look finds all moves, which those who know them pass over.
    }
    this.#timer = setInterval(() => this.#look(false), interval).unref();
  }

  #look(isSure: boolean): void {
    if (this.#timer === undefined) return;
    try {
      const version = this.#dataVersion();
      if (version === this.#version && !isSure) return;
      const moved = this.#sql.selectMoves.all(this.#lastMove);
      const isGone = moved.length > 0 && (this.#sql.selectFirstMove.get() ?? 0) > this.#lastMove + 1;
      this.#version = version;
      this.#lastMove = moved.at(-1)?.id ?? this.#lastMove;
      if (moved.length === 0) return;
      // After a long pause, moves may be gone that nobody has seen.
      for (const listener of this.#listeners) listener(isGone ? undefined : moved);
    } catch {
      // The file is busy, or fails: whoever reads it next is told. The next look sees what this one did not.
    }
  }

  #dataVersion(): unknown {
    return this.#database.pragma("data_version", { simple: true });
  }
}
