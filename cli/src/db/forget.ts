import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { withStore } from "./open.js";

/** Blanks the id of a person. */
export function forget(
  file: string,
  identity: string,
  { vacuum = false }: { readonly vacuum?: boolean },
): Promise<ExitCode> {
  return withStore(file, { readonly: false }, async (store) => {
    const { events, runs, keys } = await store.forget(identity);
    console.error(`Blanked in ${events} events and ${runs} runs. Deleted ${keys} keys.`);
    if (vacuum) await store.vacuum();
    return exitCodes.clean;
  });
}
