import type { RunInfo } from "../../../hub/feature/run-info.js";
import type { Hub } from "../../../hub/hub.js";
import type { TestProcess } from "./process.js";

/** What tells whether a session is at rest. */
export interface Resting {
  readonly process: TestProcess;
  /** The names of the runs that the process does. */
  readonly names: ReadonlySet<string>;
  /** What processes called themselves that are dead. */
  readonly dead: ReadonlySet<string>;
  readonly sessionId: string;
  now(): number;
  openRuns(): Promise<readonly RunInfo[]>;
}

/**
 * Resolves when nothing of the session goes on in the process: runs that wait stay as they are until
 * something else happens, and there is no run that the process is about to take.
 */
export async function atRest(resting: Resting): Promise<void> {
  const { process, sessionId } = resting;
  for (;;) {
    await process.hub.waitIdle(sessionId);
    const { activity } = process;
    await new Promise((resolve) => setImmediate(resolve));
    if (await isAboutToGoOn(resting)) await new Promise((resolve) => setTimeout(resolve, 2));
    else if (process.activity === activity) return;
  }
}

async function isAboutToGoOn({ process, names, dead, now, openRuns }: Resting): Promise<boolean> {
  for (const wait of process.waits) if (await wait.isDue()) return true;
  if (names.size === 0) return false;
  const runs = await openRuns();
  return runs.some((run) => {
    const { name, owner, waitsFor, at = 0 } = run;
    if (!names.has(name)) return false;
    const isFree = owner === undefined || dead.has(owner);
    const time = isFree ? at : waitsFor?.until;
    return time !== undefined && time <= now() && (isFree || process.names.has(owner));
  });
}

/** All runs of a session. */
export async function runsOf(hub: Hub, sessionId: string, isOpen = false): Promise<readonly RunInfo[]> {
  const runs: RunInfo[] = [];
  for (let after: string | undefined; ; ) {
    const page = await hub.runs(sessionId, { ...(isOpen && { isOpen }), ...(after !== undefined && { after }) });
    if (page.length === 0) return runs;
    runs.push(...page);
    after = page.at(-1)?.id;
  }
}
