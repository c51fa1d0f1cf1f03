import { toJson } from "@bufbuild/protobuf";
import type { SqliteStore } from "@sessionstream/runtime/sqlite";
import type { StoredEntity } from "@sessionstream/runtime/store";
import { CannotRun } from "../shell/cannot-run.js";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { readerOf } from "./program.js";
import { Payloads } from "./show/payloads.js";
import { jsonLine, print } from "./show/print.js";
import { wholeOption } from "./whole-option.js";

interface TimelineOptions {
  readonly program?: string;
  readonly asOf?: string;
  readonly json?: true;
}

/** Prints the entities of a session: as they are stored, or as the projections of a program fold them. */
export function printTimeline(file: string, sessionId: string, options: TimelineOptions): Promise<ExitCode> {
  const { program, json } = options;
  const asOf = options.asOf === undefined ? undefined : wholeOption("--as-of", options.asOf);
  if (asOf !== undefined && program === undefined) {
    const why =
      "option --as-of: the past is folded by the projections of the application: name a module of it with --program";
    throw new CannotRun("INVALID_OPTION", why);
  }
  return withStore(file, { readonly: true }, async (store) => {
    await checkSession(store, file, sessionId);
    if (program === undefined) await printStored(store, sessionId, json);
    else await printFold(store, sessionId, program, asOf, json);
    return exitCodes.clean;
  });
}

async function printStored(store: SqliteStore, sessionId: string, json: true | undefined): Promise<void> {
  const session = await store.load(sessionId);
  const payloads = new Payloads(await store.descriptors());
  const { cursor = 0n, ordinal = 0n, failedAt } = session ?? {};
  for (const { payload = new Uint8Array(), ...entity } of session?.entities ?? []) {
    await printEntity(entity, payloads.ofType(entity.type, payload), json);
  }
  if (failedAt !== undefined) console.error(`The timeline stops before event ${failedAt}, whose projection failed.`);
  else if (cursor < ordinal) {
    console.error(`The entities are those up to event ${cursor}. The application folds the events up to ${ordinal}.`);
  }
}

async function printFold(
  store: SqliteStore,
  sessionId: string,
  program: string,
  asOf: bigint | undefined,
  json: true | undefined,
): Promise<void> {
  const reader = await readerOf(program, store);
  const { entities, ordinal, skipped } = await reader.snapshot(sessionId, asOf === undefined ? {} : { asOf });
  for (const { payload, ...entity } of entities) {
    const { schema } = reader.registry.timelineEntity(entity.kind);
    const shown = toJson(schema, payload, { registry: reader.registry.protobuf });
    await printEntity({ ...entity, type: schema.typeName }, shown, json);
  }
  for (const { ordinal, message } of skipped) console.error(`Event ${ordinal} was skipped: ${message}`);
  if (asOf !== undefined && ordinal < asOf) console.error(`The log ends at event ${ordinal}.`);
}

async function printEntity(
  entity: Omit<StoredEntity, "payload">,
  payload: unknown,
  json: true | undefined,
): Promise<void> {
  const { kind, id, createdOrdinal, lastEventOrdinal } = entity;
  await print(
    json
      ? jsonLine({ ...entity, payload })
      : `${kind} ${id}  ${createdOrdinal}-${lastEventOrdinal}  ${JSON.stringify(payload)}`,
  );
}
