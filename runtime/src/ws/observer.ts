/** What a connection goes through, as a transport observer hears of it. */
export type TransportStage =
  | "connect"
  | "refuse"
  | "receive"
  | "subscribe"
  | "snapshot"
  | "subscribed"
  | "unsubscribe"
  | "send"
  | "lag"
  | "resynchronise"
  | "error"
  | "disconnect";

/** One step of a connection. */
export interface TransportRecord {
  readonly stage: TransportStage;
  /** Empty for an upgrade that was refused. */
  readonly connectionId: string;
  readonly sessionId?: string;
  /** Of the snapshot, or of the last UI event that was sent. */
  readonly ordinal?: bigint;
  /** How many bytes were received or sent. */
  readonly bytes?: number;
  /** The code of an error frame or of a close. */
  readonly code?: string;
  /** What went wrong within the server; it is never told to the client. */
  readonly error?: unknown;
}

export type TransportObserver = (record: TransportRecord) => void;
