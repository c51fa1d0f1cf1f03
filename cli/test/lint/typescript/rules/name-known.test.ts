import { expect, test } from "vitest";
import { brief, checkCases } from "../../../support/cases.js";

const head = `import { type BackendEvent, type CommandContext, type LiveUiEvent, type Snapshot, SchemaRegistry, type UiEvent } from "@sessionstream/runtime";
  import type { SnapshotFrame, UiEventFrame } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
  import type { ChatEvent } from "../gen/chat_sessionstream.js";
  import { TokensDeltaEventSchema } from "../gen/chat_pb.js";
  declare const registry: SchemaRegistry; declare const event: BackendEvent; declare const chat: ChatEvent;
  declare const ui: UiEvent; declare const live: LiveUiEvent<never>; declare const context: CommandContext;
  declare const frame: UiEventFrame; declare const snapshotFrame: SnapshotFrame; declare const snapshot: Snapshot;`;

const findingsOf = checkCases({
  lookups: `${head}
    registry.command("ChatStartInferense");
    registry.decodeCommand("ChatTokensDelta", {});
    registry.event("Nothing");
    const typo = "ChatMessageAppendet"; registry.uiEvent(typo);
    registry.timelineEntity(Math.random() > 0.5 ? "ChatMessage" : "ChatMassage");
    registry.hasTimelineEntity("ChatMessages");`,
  comparisons: `${head}
    export const a = event.name === "ChatTokensDelt";
    export const b = "ChatMessageAccepte" !== ui.name;
    export const c = context.name == "ChatStopInferenc";
    export const d = frame.name === "ChatMessageStoped";
    export const e = snapshotFrame.entities.filter(({ kind }) => kind === "ChatMesage");
    export const f = snapshot.entities.filter((entity) => entity["kind"] === "ChatMesage");
    export function g({ name }: BackendEvent): boolean { return name === "ChatTokensDelt"; }
    export function h(): boolean { const { name: called } = event; return called === "ChatTokensDelt"; }
    export function i(): boolean { const name = event.name; return name === "ChatTokensDelt"; }`,
  cases: `${head}
    switch (event.name) {
      case "ChatTokensDelt": break;
      default: throw new Error();
    }
    switch (frame.name) {
      case "ChatTokensDelta": break;
      default: throw new Error();
    }`,
  runs: {
    "../../proto/work/v1/work.proto": `syntax = "proto3"; package work.v1; import "sessionstream/v1/options.proto";
    option (sessionstream.v1.feature) = {name: "Work"};
    message DigRun { option (sessionstream.v1.run) = {}; }`,
    "main.ts": `${head}
    import type { RunContext } from "@sessionstream/runtime/codegen"; declare const runs: RunContext;
    registry.run("WorkDug"); registry.run("WorkDig");
    registry.hasRun("ChatTokensDelta");
    export const a = [runs.name === "WorkDug", runs.name === "WorkDig"];
    declare const others: { run(name: string): void }; others.run("WorkDug");`,
  },
  right: `${head}
    registry.command("ChatStartInference"); registry.event("ChatTokensDelta"); registry.timelineEntity("ChatMessage");
    export const given = (name: string) => [registry.event(name), event.name === name, live.name];
    export const a = [event.name === "ChatTokensDelta", frame.name === "ChatMessageAppended", chat.name === "ChatTokensDelta"];`,
  others: `declare const registry: { event(name: string): void }; declare const event: { name: string };
    registry.event("Nothing"); export const a = event.name === "Nothing";
    export const b = new Error().name === "TypeError"; // ChatTokensDelta
    export const c = "ChatTokensDelta";`,
  registered: `${head}
    registry.registerEvent("OwnEvent", TokensDeltaEventSchema);
    registry.event("OwnEvent"); export const a = event.name === "OwnEvent";`,
});

test("finds names that are looked up and in no schema", () => {
  expect(brief(findingsOf("lookups"))).toEqual([
    'main.ts:8 no command is named "ChatStartInferense": did you mean "ChatStartInference"?',
    'main.ts:9 got "ChatTokensDelta", which is an event: want a command',
    'main.ts:10 no event is named "Nothing": declare it in a proto file',
    'main.ts:11 no UI event is named "ChatMessageAppendet": did you mean "ChatMessageAppended"?',
    'main.ts:12 no timeline entity is named "ChatMassage": did you mean "ChatMessage"?',
    'main.ts:13 no timeline entity is named "ChatMessages": did you mean "ChatMessage"?',
  ]);
});

test("finds names that are compared with and in no schema", () => {
  const findings = findingsOf("comparisons");
  expect(findings.map(({ line }) => line)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16]);
  expect(new Set(findings.map(({ ruleId }) => ruleId))).toEqual(new Set(["SESSIONSTREAM_TS_NAME_KNOWN"]));
});

test("finds cases that are in no schema, or are of another kind", () => {
  expect(brief(findingsOf("cases"))).toEqual([
    'main.ts:9 no event is named "ChatTokensDelt": did you mean "ChatTokensDelta"?',
    'main.ts:13 got "ChatTokensDelta", which is an event: want a UI event',
  ]);
});

test("finds names of runs that are in no schema", () => {
  expect(brief(findingsOf("runs"))).toEqual([
    'main.ts:9 no run is named "WorkDug": did you mean "WorkDig"?',
    'main.ts:10 got "ChatTokensDelta", which is an event: want a run',
    'main.ts:11 no run is named "WorkDug": did you mean "WorkDig"?',
  ]);
});

test.each(["right", "others", "registered"])("lets pass names that are %s", (name) => {
  expect(brief(findingsOf(name))).toEqual([]);
});
