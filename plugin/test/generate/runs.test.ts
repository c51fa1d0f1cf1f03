import { expect, test } from "vitest";
import { withProject } from "../support/project.js";
import { feature, generatedCode } from "../support/run.js";

const source = `message GoCommand { option (sessionstream.v1.command) = {}; }
message WentEvent { option (sessionstream.v1.event) = {}; string id = 1; }
message SeenEvent { option (sessionstream.v1.event) = {}; }
// It works.
message WorkRun { option (sessionstream.v1.run) = {emits: ["TWent"]}; string task = 1; }
message RestRun { option (sessionstream.v1.run) = {name: ["TRest", "TGo"] retry_after_ms: 0}; option deprecated = true; }`;
const code = generatedCode(source);

test("a descriptor says how a run is tried again, if the schema does", () => {
  const retries = (options: string) =>
    generatedCode(`message ARun { option (sessionstream.v1.run) = {${options}}; }`).match(/run\("TA".*\)/)?.[0];
  expect(retries("")).toBe('run("TA", ARunSchema)');
  expect(retries("retries: 0")).toBe('run("TA", ARunSchema)');
  expect(retries("retries: 3")).toBe('run("TA", ARunSchema, { retries: 3 })');
  expect(retries("retry_after_ms: 0")).toBe('run("TA", ARunSchema, { retryAfter: 0 })');
  expect(retries("retries: 3 retry_after_ms: 50")).toBe('run("TA", ARunSchema, { retries: 3, retryAfter: 50 })');
});

test("the runs have a member for each, with the events that its flow allows", () => {
  expect(code).toContain(`export interface TRuns {
  /** It works. */
  work: RunImplementation<typeof TWork, typeof TWent>;
  /**
   * @deprecated
   */
  rest: RunImplementation<typeof TRest, DescEvent>;
  /**
   * @deprecated
   */
  go: RunImplementation<typeof TGoRun, DescEvent>;
}`);
  expect(code).toContain(
    "export type TRunEnd =\n  | RunEnd<typeof TWork>\n  | RunEnd<typeof TRest>\n  | RunEnd<typeof TGoRun>;",
  );
  expect(code).toContain('    case "TGo":\n      return runs.go.ended(view, end);');
});

test("the feature has its runs, and the implementation does and ends them", () => {
  expect(code).toContain("  typeof TWork | typeof TRest | typeof TGoRun\n>");
  expect(code).toContain("  runs: [TWork, TRest, TGoRun],\n});");
  expect(code).toContain(`export interface TImplementation {
  handlers: THandlers;
  runs: TRuns;
  ui: TUiProjection;`);
  expect(code).toContain("    run: (context: TRunContext) => runT(implementation.runs, context),\n");
  expect(code).toContain("    ended: (view, end: TRunEnd) => endTRun(implementation.runs, view, end),\n");
});

test("a feature without runs says that it has none", () => {
  const none = generatedCode("message WentEvent { option (sessionstream.v1.event) = {}; }");
  expect(none).toContain("  typeof TWent,\n  never,\n  never,\n  never\n>");
  expect(none).not.toMatch(/Run|\bruns?\b/);
});

test("the code compiles, and a run publishes, decides, starts and ends with what it may", { timeout: 60_000 }, () => {
  const runs = `import { ignore } from "@sessionstream/runtime";
import { TGoCommand, TGoRun, TRest, type TRuns, TSeen, TWent, TWork } from "./gen/t_sessionstream.js";
export const runs: TRuns = {
  work: {
    async run({ input, publish, decide, start, attempt }) {
      await publish(TWent, { id: input.task }, { key: String(attempt) });
      await publish([TWent.of({ id: "1" }), TWork.start({ task: "2" })]);
      await decide(() => [TWent.of({ id: "1" }), TRest.start({}, { id: "3", detached: true })]);
      await start(TGoRun, {}, { at: 1 });
    },
    ended: (_view, { id, outcome }) => (outcome.status === "failed" ? [TWent.of({ id }), TRest.start({})] : []),
  },
  rest: { run: () => {}, ended: ignore },
  go: { run: ({ publish }) => void publish(TSeen, {}), ended: () => [TSeen.of({})] },
};
export const names: readonly ["TGo", "TGo"] = [TGoCommand.name, TGoRun.name];
`;
  withProject({ protos: { "t.proto": feature(source) }, files: { "runs.ts": runs } }, (project) => {
    expect(project.typecheck()).toBe("");
  });
});
