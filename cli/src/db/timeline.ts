import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { Payloads } from "./show/payloads.js";
import { jsonLine, print } from "./show/print.js";

/** Prints the entities of a session as they are stored. */
export function printTimeline(file: string, sessionId: string, { json }: { readonly json?: true }): Promise<ExitCode> {
  return withStore(file, { readonly: true }, async (store) => {
    await checkSession(store, file, sessionId);
    const session = await store.load(sessionId);
    const payloads = new Payloads(await store.descriptors());
    const { cursor = 0n, ordinal = 0n, failedAt } = session ?? {};
    for (const { payload = new Uint8Array(), ...entity } of session?.entities ?? []) {
      const shown = payloads.ofType(entity.type, payload);
      const { kind, id, createdOrdinal, lastEventOrdinal } = entity;
      await print(
        json
          ? jsonLine({ ...entity, payload: shown })
          : `${kind} ${id}  ${createdOrdinal}-${lastEventOrdinal}  ${JSON.stringify(shown)}`,
      );
    }
    if (failedAt !== undefined) console.error(`The timeline stops before event ${failedAt}, whose projection failed.`);
    else if (cursor < ordinal) {
      console.error(`The entities are those up to event ${cursor}. The application folds the events up to ${ordinal}.`);
    }
    return exitCodes.clean;
  });
}
