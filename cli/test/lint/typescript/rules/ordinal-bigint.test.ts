import { expect, test } from "vitest";
import { brief, checkCases } from "../../../support/cases.js";

const head = `import type { BackendEvent, Snapshot } from "@sessionstream/runtime"; import type { StoredEvent, StoredSession } from "@sessionstream/runtime/store";
  import type { SnapshotFrame, SubscribeRequest, UiEventFrame } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
  declare const event: BackendEvent; declare const stored: StoredEvent | undefined; declare const session: StoredSession;
  declare const snapshot: Snapshot; declare const frame: UiEventFrame; declare const request: SubscribeRequest;
  declare const snapshotFrame: SnapshotFrame;`;

const findingsOf = checkCases({
  conversions: `${head}
    export const a = Number(event.ordinal);
    export const b = parseInt(String(event.ordinal), 10);
    export const c = Number.parseFloat(event.ordinal.toString());
    export const d = Number(\`\${snapshot.ordinal}\`);
    export const e = event.ordinal as unknown as number;
    export const f = <number>(<unknown>event.ordinal);
    // @ts-expect-error the compiler refuses it too
    export const g = +event.ordinal;
    export const h = new Number(session.cursor);
    export const i = Number(stored?.ordinal ?? 0n) + Number(event.ordinal + 1n);
    export const j = snapshot.entities.map((entity) => entity.createdOrdinal).map(Number);`,
  frames: `${head}
    export const a = Number(frame.eventOrdinal);
    export const b = Number(request.sinceSnapshotOrdinal);
    export const c = snapshotFrame.entities.map(({ lastEventOrdinal }) => Number(lastEventOrdinal));
    export const d = Number(snapshotFrame.snapshotOrdinal);`,
  variables: `${head}
    const { ordinal } = snapshot; const cursor = session["cursor"];
    export const a = [Number(ordinal), Number(cursor)];
    export const b = ({ ordinal: at }: BackendEvent) => Number(at);`,
  // Its types come from a function of another file; it names nothing of ours.
  "by inference": {
    "load.ts": `${head} export const load = (): Snapshot => snapshot;`,
    "main.ts": `import { load } from "./load.js"; export const at = Number(load().ordinal);`,
  },
  bigints: `${head}
    export const a = [String(event.ordinal), event.ordinal + 1n, snapshot.ordinal > event.ordinal, \`\${event.ordinal}\`];
    export const b = [event, event].sort((x, y) => Number(x.ordinal - y.ordinal));
    export const c = Number(event.time) + session.revision;`,
  others: `declare const row: { ordinal: bigint; cursor: number };
    export const a = [Number(row.ordinal), Number(row.cursor), +row.cursor];`,
});

const mend = "is turned into a number, which is wrong above 2^53: keep the bigint, or use String() for JSON";

test("finds every way to turn an ordinal into a number", () => {
  expect(brief(findingsOf("conversions"))).toEqual([
    ...[6, 7, 8].map((line) => `main.ts:${line} BackendEvent.ordinal ${mend}`),
    `main.ts:9 Snapshot.ordinal ${mend}`,
    ...[10, 11, 13].map((line) => `main.ts:${line} BackendEvent.ordinal ${mend}`),
    `main.ts:14 StoredSession.cursor ${mend}`,
    `main.ts:15 StoredEvent.ordinal ${mend}`,
    `main.ts:15 BackendEvent.ordinal ${mend}`,
    `main.ts:16 TimelineEntity.createdOrdinal ${mend}`,
  ]);
});

test("finds the ordinals of frames", () => {
  expect(brief(findingsOf("frames"))).toEqual([
    `main.ts:6 UiEventFrame.eventOrdinal ${mend}`,
    `main.ts:7 SubscribeRequest.sinceSnapshotOrdinal ${mend}`,
    `main.ts:8 SnapshotEntity.lastEventOrdinal ${mend}`,
    `main.ts:9 SnapshotFrame.snapshotOrdinal ${mend}`,
  ]);
});

test("finds ordinals in variables and parameters, and those whose type is inferred", () => {
  expect(findingsOf("variables").map(({ line }) => line)).toEqual([7, 7, 8]);
  expect(brief(findingsOf("by inference"))).toEqual([`main.ts:1 Snapshot.ordinal ${mend}`]);
});

test.each(["bigints", "others"])("lets pass %s", (name) => {
  expect(brief(findingsOf(name))).toEqual([]);
});
