import { expect, test } from "vitest";
import { brief, checkCases } from "../../../support/cases.js";

const head = `import type { BackendEvent, CommandContext, UiEvent } from "@sessionstream/runtime";
  import { type ChatEvent, ChatInferenceStarted, ChatTokensDelta } from "../gen/chat_sessionstream.js";`;
const all = [
  "UserMessageAccepted",
  "InferenceStarted",
  "TokensDelta",
  "InferenceTrace",
  "InferenceFinished",
  "InferenceStopped",
];
const cases = (...names: readonly string[]): string => names.map((name) => `case "Chat${name}":`).join(" ");

const findingsOf = checkCases({
  "the generated union": `${head}
    export function f(event: ChatEvent): string | undefined {
      switch (event.name) { ${cases(...all.slice(1))} return "known"; }
    }`,
  "a bare event": `${head}
    export function f({ name }: BackendEvent): void {
      switch (name) { ${cases(...all.slice(2))} return; }
    }`,
  "a silent default": `${head}
    export function f(event: BackendEvent): number {
      switch (event.name) { ${cases(...all.slice(1))} return 1; default: return 0; }
    }`,
  "commands and UI events": `${head}
    export function f(context: CommandContext, ui: UiEvent): void {
      switch (context.name) { case "ChatStopInference": break; }
      switch (ui.name) { ${cases("MessageAccepted", "MessageStarted", "MessageAppended")} break; }
    }`,
  "names of descriptors": `${head}
    export function f(event: ChatEvent): void {
      switch (event.name) { case ChatTokensDelta.name: case ChatInferenceStarted.name: break; }
    }`,
  "every case": `${head}
    export function f(event: ChatEvent): void { switch (event.name) { ${cases(...all)} } }
    export function g(event: BackendEvent): void { switch (event.name) { ${cases(...all)} } }`,
  "a default that refuses": `${head}
    const assertNever = (value: never): never => { throw new Error(String(value)); };
    export function f(event: ChatEvent): number {
      switch (event.name) { ${cases(...all.slice(1))} return 1; default: throw new Error(event.name); }
    }
    export function g(event: ChatEvent): number {
      switch (event.name) { ${cases(...all)} return 1; default: return assertNever(event); }
    }
    export function h(event: ChatEvent): number {
      switch (event.name) { ${cases(...all)} return 1; default: { const rest: never = event; return rest; } }
    }
    export function i(event: ChatEvent): number {
      switch (event.name) { ${cases(...all)} return 1; default: event satisfies never; return 0; }
    }`,
  "what was narrowed before": `${head}
    export function f(event: ChatEvent): void {
      if (event.name !== "ChatTokensDelta" && event.name !== "ChatInferenceTrace") return;
      switch (event.name) { ${cases("TokensDelta", "InferenceTrace")} }
    }`,
  "events that are superseded": {
    "../../proto/past/v1/past.proto": `syntax = "proto3"; package past.v1; import "sessionstream/v1/options.proto";
    option (sessionstream.v1.feature) = {name: "Past"};
    message OldEvent { option (sessionstream.v1.event) = {superseded_by: "PastNew"}; }
    message NewEvent { option (sessionstream.v1.event) = {}; }`,
    "main.ts": `${head}
    export function f({ name }: BackendEvent): void { switch (name) { case "PastNew": return; } }`,
  },
  runs: {
    "../../proto/work/v1/work.proto": `syntax = "proto3"; package work.v1; import "sessionstream/v1/options.proto";
    option (sessionstream.v1.feature) = {name: "Work"};
    message DigRun { option (sessionstream.v1.run) = {}; }
    message FillRun { option (sessionstream.v1.run) = {}; }`,
    "main.ts": `import type { RunContext, RunEnd } from "@sessionstream/runtime/codegen";
    export function f({ name }: RunContext): void { switch (name) { case "WorkDig": return; } }
    export function g(end: RunEnd): void { switch (end.name) { case "WorkFill": return; default: return; } }
    export function h(end: RunEnd): void { switch (end.name) { case "WorkFill": return; default: throw new Error(); } }`,
  },
  "other names": `${head}
    export function f(event: { name: "a" | "b" }, error: Error): void {
      switch (event.name) { case "a": break; }
      switch (error.name) { case "ChatTokensDelta": break; }
    }`,
});

test.each([
  [
    "the generated union",
    ["main.ts:4 the switch misses the event ChatUserMessageAccepted; add them, or a default that throws"],
  ],
  [
    "a bare event",
    [
      "main.ts:4 the switch misses the events ChatUserMessageAccepted, ChatInferenceStarted; add them, or a default that throws",
    ],
  ],
  [
    "a silent default",
    [
      "main.ts:4 the switch misses the event ChatUserMessageAccepted; its default passes over them in silence: add them, or have the default throw",
    ],
  ],
  [
    "commands and UI events",
    [
      "main.ts:4 the switch misses the command ChatStartInference; add them, or a default that throws",
      "main.ts:5 the switch misses the UI events ChatMessageFinished, ChatMessageStopped; add them, or a default that throws",
    ],
  ],
  [
    "runs",
    [
      "main.ts:2 the switch misses the run WorkFill; add them, or a default that throws",
      "main.ts:3 the switch misses the run WorkDig; its default passes over them in silence: add them, or have the default throw",
    ],
  ],
  [
    "names of descriptors",
    [
      "main.ts:4 the switch misses the events ChatUserMessageAccepted, ChatInferenceTrace, ChatInferenceFinished, ChatInferenceStopped; add them, or a default that throws",
    ],
  ],
] as const)("finds what a switch misses: %s", (name, expected) => {
  expect(brief(findingsOf(name))).toEqual(expected);
  expect(findingsOf(name)[0]?.ruleId).toBe("SESSIONSTREAM_TS_SWITCH_COMPLETE");
});

test.each([
  "every case",
  "a default that refuses",
  "what was narrowed before",
  "events that are superseded",
  "other names",
])("lets pass %s", (name) => {
  expect(brief(findingsOf(name))).toEqual([]);
});
