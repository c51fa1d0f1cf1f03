import type { MoveListener } from "../store/store.js";
import type { Database } from "./driver/driver.js";
import { toMoved } from "./rows.js";
import type { Newest, Statements } from "./statements.js";
import { toText } from "./text.js";

/** How often the file is looked at while somebody listens, in milliseconds. */
const interval = 20;

/**
 * Finds out what other processes commit. SQLite cannot tell by itself, but a connection
 * knows at a cost of microseconds whether another one changed the file
 * (https://www.sqlite.org/pragma.html#pragma_data_version).
 */
export class Watch {
  readonly #database: Database;
  readonly #sql: Pick<Statements, "selectNewest" | "selectMoved" | "selectGone">;
  readonly #listeners = new Set<MoveListener>();
  #timer: NodeJS.Timeout | undefined;
  #version: unknown;
  #seen: Newest = { event: 0, move: 0 };

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

  /** It has deleted or written a session, which also a hub that is alone on it may not have asked for. */
  replaced(): void {
    setImmediate(() => this.#look(true));
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  #begin(): void {
    this.#version = undefined;
    try {
      this.#version = this.#dataVersion();
      this.#seen = this.#sql.selectNewest.get() ?? this.#seen;
    } catch {
      // The file is busy. Then the first look finds all moves, which those who know them pass over.
    }
    this.#timer = setInterval(() => this.#look(false), interval).unref();
  }

  #look(isOwn: boolean): void {
    if (this.#timer === undefined) return;
    try {
      const version = this.#dataVersion();
      if (version === this.#version && !isOwn) return;
      const seen = this.#seen;
      const newest = this.#sql.selectNewest.get() ?? seen;
      const gone = this.#sql.selectGone.all(seen.move).map(toText);
      const found = this.#sql.selectMoved.all(seen.event, seen.move).map(toMoved);
      this.#version = version;
      this.#seen = newest;
      // Where rows were taken away, others may have got their places.
      const isSure = newest.event >= seen.event && newest.move >= seen.move && !gone.includes("");
      const moved = [...gone.map((sessionId) => ({ sessionId, revision: 0 })), ...found];
      if (isSure && moved.length === 0) return;
      for (const listener of this.#listeners) listener(isSure ? moved : undefined);
    } catch {
      // The file is busy, or fails: whoever reads it next is told. The next look sees what this one did not.
    }
  }

  #dataVersion(): unknown {
    return this.#database.pragma("data_version", { simple: true });
  }
}
