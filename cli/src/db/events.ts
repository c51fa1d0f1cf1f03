import type { StoredEvent } from "@sessionstream/runtime/store";
import { type ExitCode, exitCodes } from "../shell/exit-code.js";
import { checkSession, withStore } from "./open.js";
import { Payloads } from "./show/payloads.js";
import { jsonLine, print, shownTime } from "./show/print.js";
import { wholeOption } from "./whole-option.js";

interface EventsOptions {
  readonly after: string;
  readonly limit?: string;
  readonly json?: true;
}

const pageSize = 500;

/** Prints the log of a session. */
export function printEvents(file: string, sessionId: string, options: EventsOptions): Promise<ExitCode> {
  const after = wholeOption("--after", options.after);
  const limit = options.limit === undefined ? undefined : wholeOption("--limit", options.limit);
  return withStore(file, { readonly: true }, async (store) => {
    await checkSession(store, file, sessionId);
    const payloads = new Payloads(await store.descriptors());
    let last = after;
    for (let left = limit ?? 2n ** 63n; left > 0n; ) {
      const page = await store.events(sessionId, { after: last, limit: Number(left < pageSize ? left : pageSize) });
      for (const event of page) await print(options.json ? jsonLine(plain(event, payloads)) : line(event, payloads));
      left -= BigInt(page.length);
      last = page.at(-1)?.ordinal ?? last;
      if (page.length === 0) break;
    }
    return exitCodes.clean;
  });
}

function plain(event: StoredEvent, payloads: Payloads): object {
  return { ...event, payload: payloads.ofEvent(event) };
}

function line(event: StoredEvent, payloads: Payloads): string {
  const { ordinal, time, name, version } = event;
  const shown = version === 1 ? name : `${name} v${version}`;
  return `${ordinal}  ${shownTime(time)}  ${shown}  ${JSON.stringify(payloads.ofEvent(event))}`;
}
