// What is done to stored sessions without a hub. As files: for moving them between stores, and for keeping them.

export type { Redaction } from "../store/redaction.js";
export type { SessionSelection } from "./export-sessions.js";
export { type ExportOptions, exportSessions } from "./export-sessions.js";
export { type Imported, type ImportOptions, type ImportTarget, importSessions } from "./import-sessions.js";
export type { TransferProgress } from "./progress.js";
export { redactSession } from "./redact-session.js";
