import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { withStore } from "./open.js";
import { Progress } from "./progress.js";

/** Copies a database to a new file. */
export function backUp(file: string, to: string): Promise<ExitCode> {
  return withStore(file, { readonly: true }, async (store) => {
    const progress = new Progress();
    try {
      await store.backup(to, {
        onProgress: ({ pages, of }) => progress.show(() => `${Math.floor((100 * pages) / Math.max(of, 1))}% copied`),
      });
    } finally {
      progress.end();
    }
    return exitCodes.clean;
  });
}
