/** How far an export or an import has come. */
export interface TransferProgress {
  readonly sessionId: string;
  /** The sessions that are whole. */
  readonly sessions: number;
  /** The events so far, of all sessions. */
  readonly events: number;
}
