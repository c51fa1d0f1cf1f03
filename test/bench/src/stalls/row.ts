import type { Hub } from "@sessionstream/runtime";
import type { FixtureName } from "./fixtures.js";

/** What else is to be known of what went on, by name. */
export type Figures = Readonly<Record<string, number>>;

/** What goes on while others are measured. */
export type Work = () => Promise<Figures>;

/** Where a row prepares its work: sizes are smaller in a test of the bench. */
interface Place {
  scaled(size: number): number;
}

export interface InServer extends Place {
  readonly hub: Hub;
  /** Of the server's SQLite file. */
  readonly path: string;
  /** How many runs have ended. */
  endedRuns(): number;
}

export interface ByClients extends Place {
  readonly port: number;
}

/** What goes on while a server's other users are to feel nothing of it. */
export interface StallRow {
  readonly title: string;
  /** The file that it goes on in. Without one, a new file each round. */
  readonly fixture?: FixtureName;
  /** Prepares what goes on in the server's process. */
  readonly inServer?: (place: InServer) => Promise<Work>;
  /** Prepares what clients do, in another process. It is prepared first. */
  readonly byClients?: (place: ByClients) => Promise<Work>;
  /** What the other user in the server's process does. By default, it publishes. */
  readonly probe?: "publish" | "read";
  /** What the figures of the work are at most. */
  readonly limits?: Figures;
  /** After so many milliseconds the measuring ends, and what still goes on is abandoned. By default, 6,000. */
  readonly longest?: number;
}
