import type { SessionUsage } from "@sessionstream/runtime/sqlite";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { printable } from "../shell/printable.js";
import { withStore } from "./open.js";
import { Progress } from "./progress.js";
import { jsonLine, print, shownSize, shownTime, table } from "./show/print.js";

interface SessionsOptions {
  readonly prefix?: string;
  readonly sort: "id" | "size" | "events" | "activity";
  readonly json?: true;
}

/** So many sessions are read at once that the progress moves. */
const pageSize = 50;

const orders: Record<SessionsOptions["sort"], (a: SessionUsage, b: SessionUsage) => number> = {
  id: () => 0,
  size: (a, b) => b.bytes - a.bytes,
  events: (a, b) => b.events - a.events,
  activity: (a, b) => (b.lastEvent ?? 0) - (a.lastEvent ?? 0),
};

/** Lists the sessions of a database. */
export function listSessions(file: string, { prefix = "", sort, json }: SessionsOptions): Promise<ExitCode> {
  return withStore(file, { readonly: true }, async (store) => {
    const progress = new Progress();
    const found: SessionUsage[] = [];
    for (let after: string | undefined, seen = 0; ; ) {
      const page = await store.usage({ limit: pageSize, ...(after !== undefined && { after }) });
      found.push(...page.filter(({ sessionId }) => sessionId.startsWith(prefix)));
      seen += page.length;
      progress.show(() => `${seen} sessions read`);
      after = page.at(-1)?.sessionId;
      if (page.length < pageSize) break;
    }
    progress.end();
    found.sort(orders[sort]);
    if (json) {
      for (const usage of found) await print(jsonLine(usage));
      return exitCodes.clean;
    }
    const rows = found.map(({ sessionId, events, entities, openRuns, errors, bytes, lastEvent }) => [
      ...[printable(sessionId), String(events), String(entities), String(openRuns), String(errors), shownSize(bytes)],
      lastEvent === undefined ? "-" : shownTime(lastEvent),
    ]);
    const headings = ["SESSION", "EVENTS", "ENTITIES", "OPEN RUNS", "ERRORS", "SIZE", "LAST EVENT"];
    for (const line of table(headings, rows)) await print(line);
    return exitCodes.clean;
  });
}
