import { fromBinary } from "@bufbuild/protobuf";
import { SessionstreamError } from "../base/errors.js";
import type { SchemaRegistry } from "../schema/registry.js";
import type { Store } from "../store/store.js";
import type { StoredEvent } from "../store/stored.js";
import { type ExportOptions, exportSessions } from "../transfer/export-sessions.js";
import { type Imported, type ImportOptions, importSessions } from "../transfer/import-sessions.js";
import type { ActiveSessions } from "./write/active-sessions.js";
import type { Closing } from "./write/closing.js";

/** How a hub imports an export. */
export type HubImportOptions = Pick<ImportOptions, "replace" | "onProgress" | "onSession">;

/** What of a hub its exports and imports need. */
interface TransferHost {
  readonly registry: SchemaRegistry;
  readonly store: Store;
  readonly sessions: ActiveSessions;
  readonly closing: Closing;
}

/** The exports and imports of a hub. */
export class Transfer {
  readonly #host: TransferHost;

  constructor(host: TransferHost) {
    this.#host = host;
  }

  export(options: ExportOptions = {}): AsyncGenerator<Uint8Array> {
    this.#checkOpen();
    return exportSessions(this.#host.store, options);
  }

  async import(source: AsyncIterable<Uint8Array>, options: HubImportOptions = {}): Promise<Imported> {
    this.#checkOpen();
    const { registry, store, sessions } = this.#host;
    return importSessions(store, source, {
      ...options,
      check: (_, event) => checkKnown(registry, event),
      onSession: (sessionId) => {
        // Who follows it, or worked on what it replaces, hears of it now; if that fails, when they next use it.
        const session = sessions.get(sessionId);
        session?.moved();
        session?.status().catch(() => {});
        options.onSession?.(sessionId);
      },
    });
  }

  #checkOpen(): void {
    if (this.#host.closing.hasBegun) throw new SessionstreamError("CLOSED", "the hub is closed");
  }
}

/** @throws an Error where the program knows the event, and would misread it. What it does not know, it leaves as it is. */
function checkKnown(registry: SchemaRegistry, { name, type, version, payload }: StoredEvent): void {
  const known = registry.loggedEvent(name);
  if (known === undefined) return;
  const { schema } = known;
  if (schema.typeName !== type)
    throw new Error(`event "${name}" is a ${type}, but this program has it as ${schema.typeName}`);
  if (version > known.version) {
    throw new Error(`event "${name}" has version ${version}, but this program knows it up to ${known.version}`);
  }
  fromBinary(schema, payload);
}
