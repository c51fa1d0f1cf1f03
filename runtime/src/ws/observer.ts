/** The stages of a connection, as a transport observer hears of them. */
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
  /** Empty if the upgrade was refused, or if `metadata` of the transport failed. */
  readonly connectionId: string;
  readonly sessionId?: string;
  /** Of the snapshot, or of the last UI event that was sent. */
  readonly ordinal?: bigint;
  /** How many bytes were received or sent. */
  readonly bytes?: number;
  /** The code of an error frame or of a close. */
  readonly code?: string;
  /** The error inside the server. The client never hears of it. */
  readonly error?: unknown;
}

export type TransportObserver = (record: TransportRecord) => void;
