export type { BackupOptions, BackupProgress } from "./backup.js";
export type { ForgottenIdentity } from "./forget-identity.js";
export { type SqliteStore, type SqliteStoreOptions, sqliteStore } from "./sqlite-store.js";
export type { SessionUsage } from "./usage.js";
