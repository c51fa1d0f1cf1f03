import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { type ErrorReport, type Feature, Hub, memoryStore } from "@sessionstream/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { echoAnswer } from "../../examples/chatdemo/src/answer.js";
import { chatApplication } from "../../examples/chatdemo/src/chat.js";
import { StartInferenceCommandSchema } from "../../examples/chatdemo/src/gen/chat/v1/chat_pb.js";
import {
  ChatInference,
  ChatMessage,
  ChatMessageAccepted,
  ChatStartInference,
  ChatTokensDelta,
  chat,
} from "../../examples/chatdemo/src/gen/chat/v1/chat_sessionstream.js";
import { follow } from "../fixtures/chat/fake-client.js";
import { appended, delta, entity, reset } from "../fixtures/chat/frames.js";
import { readPages, root, rowsOf } from "./markdown.js";

// Each row of the troubleshooting tables is provoked here, and its message or
// symptom found. A row without a test, or a test without a row, fails.

const pages = await readPages();

function rowsAfter(page: string, heading: string): string[] {
  const section = (pages.get(page) ?? "").split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "";
  return rowsOf(section)
    .slice(1)
    .map(([problem = ""]) => problem);
}

const bin = join(root, "node_modules/.bin");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "troubleshooting-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface BufProject {
  /** Whether buf.yaml lists the contract. */
  readonly contract: boolean;
  /** Whether node_modules/.bin is on the PATH. */
  readonly plugins: boolean;
  readonly body: string;
}

/** Runs `buf generate` on a project of one file; resolves to what it prints. */
async function bufGenerate({ contract, plugins, body }: BufProject): Promise<string> {
  const project = await mkdtemp(join(folder, "project-"));
  await mkdir(join(project, "proto/demo/v1"), { recursive: true });
  await mkdir(join(project, "contract/sessionstream/v1"), { recursive: true });
  const options = await readFile(join(root, "proto/sessionstream/v1/options.proto"), "utf8");
  await writeFile(join(project, "contract/sessionstream/v1/options.proto"), options);
  const source = [
    'syntax = "proto3";',
    "package demo.v1;",
    'import "sessionstream/v1/options.proto";',
    'import "google/protobuf/struct.proto";',
    'option (sessionstream.v1.feature) = {name: "Demo"};',
    body,
  ];
  await writeFile(join(project, "proto/demo/v1/demo.proto"), source.join("\n"));
  await writeFile(
    join(project, "buf.yaml"),
    `version: v2\nmodules:\n  - path: proto\n${contract ? "  - path: contract\n" : ""}`,
  );
  await writeFile(
    join(project, "buf.gen.yaml"),
    "version: v2\ninputs:\n  - directory: proto\nplugins:\n  - local: protoc-gen-sessionstream\n    out: out\n    strategy: all\n    opt: [target=ts, strategy=all]\n",
  );
  const path = (process.env.PATH ?? "").split(delimiter).filter((one) => !one.includes("node_modules"));
  const env = { ...process.env, PATH: [...(plugins ? [bin] : []), ...path].join(delimiter) };
  return new Promise((resolve) => {
    execFile(join(bin, "buf"), ["generate"], { cwd: project, env }, (_failed, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

function chatHub(): Hub {
  return new Hub({ features: [chatApplication(echoAnswer(0))], onError: () => {} });
}

/** A process that leaves runs to others. */
function hubWithoutRuns(): Hub {
  const { run: _left, ...feature } = chatApplication(echoAnswer(0));
  return new Hub({ features: [feature] });
}

function hubWithRun(run: NonNullable<Feature["run"]>): Hub {
  return new Hub({ features: [{ ...chatApplication(echoAnswer(0)), run }], onError: () => {} });
}

/** What the first code span of a problem says. */
function quoted(problem: string): string {
  return problem.match(/`([^`]+)`/)?.[1] ?? "";
}

type Provoke = (problem: string) => Promise<void>;

const pluginNotFound: Provoke = async (problem) => {
  expect(await bufGenerate({ contract: true, plugins: false, body: "" })).toContain(quoted(problem));
};
const optionsNotFound: Provoke = async (problem) => {
  expect(await bufGenerate({ contract: false, plugins: true, body: "" })).toContain(quoted(problem));
};
const genericPayload: Provoke = async (problem) => {
  const body = 'option (sessionstream.v1.bind) = {message: "google.protobuf.Struct" event: {name: "DemoAny"}};';
  const output = await bufGenerate({ contract: true, plugins: true, body });
  expect(output).toContain("SESSIONSTREAM_PAYLOAD_CONCRETE");
  for (const part of quoted(problem).split("…")) expect(output).toContain(part);
};
const unknownCommand: Provoke = async (problem) => {
  const hub = new Hub({ features: [] });
  const failed = hub.submit("s", ChatStartInference, { prompt: "hello" });
  const message = quoted(problem).replace("JobsStartJob", "ChatStartInference");
  await expect(failed).rejects.toThrow(message);
};

const provocations: Record<string, Record<string, Provoke>> = {
  "README.md": {
    "executable file not found": pluginNotFound,
    "imported file does not exist": optionsNotFound,
    'event "ChatTokensDelta" payload type mismatch': async (problem) => {
      const hub = chatHub();
      const wrong = create(chat.events[1]?.schema ?? StartInferenceCommandSchema);
      const publish = hub.publish as (...args: unknown[]) => Promise<unknown>;
      await expect(publish.call(hub, "s", ChatTokensDelta, wrong)).rejects.toThrow(quoted(problem));
    },
    "unknown command": unknownCommand,
  },
  "docs/getting-started.md": {
    "executable file not found": pluginNotFound,
    "imported file does not exist": optionsNotFound,
    "unknown command": unknownCommand,
    'command "JobsStartJob" payload type mismatch': async (problem) => {
      const hub = chatHub();
      const wrong = create(ChatTokensDelta.schema);
      const submit = hub.submit as (...args: unknown[]) => Promise<unknown>;
      const message = quoted(problem)
        .replace("JobsStartJob", "ChatStartInference")
        .replace("jobs.v1.StepDoneEvent", "chat.v1.TokensDeltaEvent")
        .replace("jobs.v1.StartJobCommand", "chat.v1.StartInferenceCommand");
      await expect(submit.call(hub, "s", ChatStartInference, wrong)).rejects.toThrow(message);
    },
    "No UI events appear": async () => {
      const hub = chatHub();
      await hub.submit("s", ChatStartInference, { prompt: "hello" });
      let heard = 0;
      const client = hub.client("s", chat);
      client.on(ChatMessageAccepted, () => heard++);
      await hub.waitIdle("s");
      expect(heard).toBe(0);
      await hub.submit("s", ChatStartInference, { prompt: "again" });
      expect(heard).toBe(1);
    },
    "The snapshot is empty": async () => {
      const first = chatHub();
      await first.submit("s", ChatStartInference, { prompt: "hello" });
      await first.waitIdle("s");
      expect((await first.snapshot("s")).entities).toHaveLength(2);
      expect((await chatHub().snapshot("s")).entities).toHaveLength(0);
    },
    SESSIONSTREAM_PAYLOAD_CONCRETE: genericPayload,
  },
  "docs/user-guide.md": {
    "A command is accepted but nothing changes": async () => {
      const application = chatApplication(echoAnswer(0));
      const hub = new Hub({ features: [{ ...application, ui: () => [], timeline: () => [] }] });
      await hub.submit("s", ChatStartInference, { prompt: "hello" });
      await hub.waitIdle("s");
      expect((await hub.snapshot("s")).entities).toEqual([]);
      expect((await hub.events("s")).length).toBeGreaterThan(0);
    },
    "Live UI works, but a reload loses state": async () => {
      const application = chatApplication(echoAnswer(0));
      const hub = new Hub({ features: [{ ...application, timeline: () => [] }] });
      let heard = 0;
      hub.client("s", chat).on(ChatMessageAccepted, () => heard++);
      await hub.submit("s", ChatStartInference, { prompt: "hello" });
      expect([heard, (await hub.snapshot("s")).list(ChatMessage)]).toEqual([1, []]);
    },
    "has its effect twice": async () => {
      const hub = chatHub();
      const submit = (options?: { key: string }) => hub.submit("s", ChatStartInference, { prompt: "hello" }, options);
      const prompts = async () =>
        (await hub.events("s")).filter(({ name }) => name === "ChatUserMessageAccepted").length;
      await submit();
      await submit();
      expect(await prompts()).toBe(2);
      await submit({ key: "k" });
      await submit({ key: "k" });
      expect(await prompts()).toBe(3);
      await hub.waitIdle("s");
    },
    "The state after a reload differs": async () => {
      const { chatClient } = await import("../../examples/chatdemo/src/client-projection.js");
      const { foldClient } = await import("./fold-client.js");
      const hub = chatHub();
      const folded = foldClient(hub, "s", chatClient);
      const forgetful = foldClient(hub, "s", { desc: chat, project: () => [] });
      await hub.submit("s", ChatStartInference, { prompt: "hello" });
      await hub.waitIdle("s");
      const kept = (await hub.snapshot("s")).list(ChatMessage);
      expect(folded.list(ChatMessage)).toEqual(kept);
      expect(forgetful.list(ChatMessage)).not.toEqual(kept);
    },
    "is reported after a reconnect": async () => {
      const reported: unknown[] = [];
      const { say } = follow({ onError: (error) => reported.push(error) }, ["resume"]);
      say(reset(1, "new", "epoch", [entity(1, { messageId: "m" })]));
      say(appended("s", 2, "what the server's projection does nothing about"));
      say(delta(2, "epoch"));
      const message = expect.stringContaining(`client projections changed what the server's left alone in session "s"`);
      expect(reported).toEqual([expect.objectContaining({ code: "INVALID_PROJECTION", message })]);
    },
    "Events seem out of order": async () => {
      const hub = chatHub();
      await hub.submit("s", ChatStartInference, { prompt: "hello ".repeat(20) });
      await hub.waitIdle("s");
      const ordinals = (await hub.events("s")).map(({ ordinal }) => ordinal);
      expect(ordinals.length).toBeGreaterThan(9);
      expect(ordinals.map(String).sort()).not.toEqual(ordinals.map(String));
      expect([...ordinals].sort((a, b) => (a < b ? -1 : 1))).toEqual(ordinals);
    },
    "Cannot assign to read only property": async (problem) => {
      const application = chatApplication(echoAnswer(0));
      const hub = new Hub({
        features: [
          {
            ...application,
            ui: (event, view) => {
              for (const message of view.list(ChatMessage)) Object.assign(message, { text: "changed" });
              return application.ui?.(event, view) ?? [];
            },
          },
        ],
        onError: () => {},
      });
      await hub.publish("s", ChatTokensDelta, { messageId: "m", chunk: "text" });
      await hub.publish("s", ChatTokensDelta, { messageId: "m", chunk: "text" });
      const message = (await hub.errors("s"))[0]?.message;
      for (const part of quoted(problem).split("…")) expect(message).toContain(part);
      expect(message).toContain('UI projection of event "ChatTokensDelta" at ordinal 2');
    },
    "stays below": async () => {
      const application = chatApplication(echoAnswer(0));
      let isBroken = true;
      const hub = new Hub({
        features: [
          {
            ...application,
            timeline(event, view) {
              if (isBroken && event.ordinal === 2n) throw new Error("broken");
              return application.timeline?.(event, view) ?? [];
            },
          },
        ],
        onError: () => {},
      });
      for (const chunk of ["a", "b", "c"]) await hub.publish("s", ChatTokensDelta, { messageId: "m", chunk });
      const { cursor, ordinal } = await hub.session("s");
      expect(cursor).toBe(1n);
      expect(cursor < ordinal).toBe(true);
      expect((await hub.errors("s"))[0]?.message).toContain("broken");
      isBroken = false;
      expect(await hub.retry("s")).toMatchObject({ cursor: ordinal });
    },
    "that this program does not know": async (problem) => {
      const store = memoryStore();
      const newer = new Hub({ features: [chatApplication(echoAnswer(0))], store });
      await newer.publish("s", ChatTokensDelta, { messageId: "m" });
      const reports: ErrorReport[] = [];
      const older = new Hub({ features: [], store, onError: (report) => reports.push(report) });
      expect(await older.session("s")).toMatchObject({ stop: { name: "ChatTokensDelta", reason: "unknown" } });
      const [message = ""] = reports.map(({ error }) => (error as Error).message);
      for (const part of quoted(problem).split("…")) expect(message).toContain(part);
    },
    SESSIONSTREAM_PAYLOAD_CONCRETE: genericPayload,
  },
  "docs/runs.md": {
    "A run stays `queued`": async () => {
      const hub = hubWithoutRuns();
      await hub.start("s", ChatInference, { messageId: "m", prompt: "hello" });
      await hub.waitIdle("s");
      expect(await hub.runs("s")).toMatchObject([{ state: "queued", attempt: 0, owner: undefined }]);
    },
    "A second start does nothing": async () => {
      const hub = chatHub();
      await hub.start("s", ChatInference, { messageId: "m", prompt: "hello" }, { id: "r" });
      await hub.start("s", ChatInference, { messageId: "m", prompt: "again" }, { id: "r" });
      await hub.waitIdle("s");
      expect(await hub.runs("s")).toMatchObject([{ input: { prompt: "hello" } }]);
    },
    "is not this attempt's any more": async (problem) => {
      let told = "";
      const hub = hubWithRun(async ({ signal, publish }) => {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await publish(ChatTokensDelta, { messageId: "m" }).catch((error) => {
          told = error.message;
        });
      });
      await hub.start("s", ChatInference, { messageId: "m" }, { id: "r" });
      await hub.cancelRun("s", "r");
      await expect.poll(() => told).not.toBe("");
      for (const part of quoted(problem).split("…")) expect(told).toContain(part);
    },
    "has no run": async (problem) => {
      const hub = hubWithRun(async ({ waitForRun }) => void (await waitForRun("nobody")));
      await hub.start("s", ChatInference, { messageId: "m" });
      await hub.waitIdle("s");
      const [run] = await hub.runs("s");
      const message = run?.outcome?.status === "failed" ? run.outcome.message : "";
      for (const part of quoted(problem).split("…")) expect(message).toContain(part);
    },
    "which this program does not know": async (problem) => {
      const { run: _left, ended: _unknown, ...feature } = chatApplication(echoAnswer(0));
      const hub = new Hub({ features: [feature] });
      await hub.start("s", ChatInference, { messageId: "m" }, { id: "r" });
      const message = await hub.cancelRun("s", "r").catch((error) => error.message);
      for (const part of quoted(problem).split("…")) expect(message).toContain(part);
    },
  },
};

describe.each(Object.keys(provocations))("troubleshooting in %s", (page) => {
  const rows = rowsAfter(page, "When something is wrong");
  const known = provocations[page] ?? {};

  test("each row has its test, and each test its row", () => {
    const tested = Object.keys(known).map((part) => rows.filter((row) => row.includes(part)));
    expect(tested.map((found) => found.length)).toEqual(tested.map(() => 1));
    expect(tested.flat().sort()).toEqual([...rows].sort());
  });

  test.each(rows)("%s", async (row) => {
    const provoke = Object.entries(known).find(([part]) => row.includes(part))?.[1];
    if (provoke === undefined) throw new Error("the row has no test");
    await provoke(row);
  });
});
