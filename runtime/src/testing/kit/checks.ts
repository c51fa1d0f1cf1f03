import { isDeepStrictEqual } from "node:util";
import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { type ErrorCode, isSessionstreamError, messageOf } from "../../base/errors.js";
import type { SchemaRegistry } from "../../schema/registry.js";
import type { Ended } from "./ended.js";
import {
  type Comparison,
  compareEntities,
  compareInOrder,
  type ExpectedEntity,
  type ExpectedEvent,
  type ExpectedUiEvent,
  jsonOf,
  jsonOfInit,
  type Shown,
} from "./expected.js";
import { type CallSite, mismatch } from "./mismatch.js";

/** How an error is expected: by its code, by a pattern of its message, or by a function that says whether it is the one. */
export type ExpectedError = ErrorCode | RegExp | ((error: unknown) => boolean);

/** What a step ended with, and what is needed to say so. */
export interface Checked {
  readonly title: string;
  readonly registry: SchemaRegistry;
  readonly ended: Ended;
}

/** Throws where an expectation is not met. */
export type Check = (checked: Checked) => void;

/** That the command was done. */
export function isDone(at: CallSite): Check {
  return (checked) => {
    const { title, ended } = checked;
    if (ended.error === undefined) return;
    const got = outcomeOf(checked);
    throw mismatch(`${title}: expected it to be done`, { expected: "done", got, cause: ended.error, at });
  };
}

/** That no failure was reported. */
export function isQuiet(at: CallSite): Check {
  return ({ title, ended: { reports, error } }) => {
    // Of what the command itself failed with, its caller hears.
    const others = reports.filter((report) => report.error !== error);
    const [first] = others;
    if (first === undefined) return;
    const what = `${title}: the hub reported failures; expect them with .reported()`;
    throw mismatch(what, { expected: [], got: reportsOf(others), cause: first.error, at });
  };
}

export function hasPublished(expected: readonly ExpectedEvent[], at: CallSite): Check {
  return (checked) => {
    const { title, registry, ended } = checked;
    const schemaOf = (name: string): DescMessage | undefined => registry.loggedEvent(name)?.schema;
    const compared = compareInOrder(registry, expected, ended.events, schemaOf);
    if (ended.error !== undefined) {
      const [wanted, got] = [{ published: compared.expected }, outcomeOf(checked)];
      throw mismatch(`${title}: expected events`, { expected: wanted, got, cause: ended.error, at });
    }
    check(`${title}: other events were published than expected`, compared, at);
  };
}

export function hasTold(expected: readonly ExpectedUiEvent[], at: CallSite): Check {
  return ({ title, registry, ended: { uiEvents } }) => {
    const compared = compareInOrder(registry, expected, uiEvents, (name) => registry.uiEvent(name).schema);
    check(`${title}: clients were told other UI events than expected`, compared, at);
  };
}

export function shows(expected: readonly ExpectedEntity[], at: CallSite): Check {
  return ({ title, registry, ended: { timeline } }) => {
    check(
      `${title}: the timeline shows other entities than expected`,
      compareEntities(registry, expected, timeline),
      at,
    );
  };
}

export function wasRejected(code: string, detail: object | undefined, at: CallSite): Check {
  return (checked) => {
    const { title, registry, ended } = checked;
    const got = outcomeOf(checked);
    const rejection = rejectionOf(ended.error);
    const schema = rejection?.detail && registry.protobuf.getMessage(rejection.detail.$typeName);
    const wanted = {
      rejected: code,
      ...(detail !== undefined && { detail: schema === undefined ? detail : jsonOfInit(registry, schema, detail) }),
    };
    // The message is for people, and a detail that is not asked for can be anything.
    const compared = Object.fromEntries(
      Object.entries(got).filter(([name]) => name in wanted || (name !== "message" && name !== "detail")),
    );
    if (!isDeepStrictEqual(compared, wanted)) {
      throw mismatch(`${title}: expected a rejection`, { expected: wanted, got, cause: ended.error, at });
    }
    if (ended.events.length === 0) return;
    throw mismatch(`${title}: it was rejected, and yet published; use .failedWith("REJECTED") where it may`, {
      expected: { published: [] },
      got: publishedOf(checked),
      at,
    });
  };
}

export function hasFailed(expected: ExpectedError, at: CallSite): Check {
  return (checked) => {
    const { title, ended } = checked;
    if (ended.error !== undefined && matches(ended.error, expected)) return;
    const wanted = { failed: wordsOf(expected) };
    throw mismatch(`${title}: expected a failure`, {
      expected: wanted,
      got: outcomeOf(checked),
      cause: ended.error,
      at,
    });
  };
}

export function hasReported(expected: readonly ExpectedError[], at: CallSite): Check {
  return ({ title, ended: { reports } }) => {
    const isAsExpected =
      reports.length === expected.length &&
      reports.every(({ error }, index) => matches(error, expected[index] as ExpectedError));
    if (isAsExpected) return;
    const [wanted, got] = [expected.map(wordsOf), reportsOf(reports)];
    throw mismatch(`${title}: the hub reported other failures than expected`, { expected: wanted, got, at });
  };
}

/** @throws where both sides differ. */
export function check(what: string, { expected, got }: Comparison, at: CallSite): void {
  if (!isDeepStrictEqual(expected, got)) throw mismatch(what, { expected, got, at });
}

/** What `reject` in a handler throws carries. */
interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly detail?: { readonly $typeName: string } | undefined;
}

function rejectionOf(error: unknown): Rejection | undefined {
  return isSessionstreamError(error, "REJECTED") ? (error as { rejection?: Rejection }).rejection : undefined;
}

/** What became of a command, as failures show it. */
function outcomeOf(checked: Checked): Readonly<Record<string, unknown>> {
  const { registry, ended } = checked;
  const { error } = ended;
  if (error === undefined) return publishedOf(checked);
  const rejection = rejectionOf(error);
  if (rejection !== undefined) {
    const { code, message, detail } = rejection;
    const schema = detail && registry.protobuf.getMessage(detail.$typeName);
    const shown = schema === undefined ? detail : jsonOf(registry, schema, detail as never);
    return { rejected: code, message, ...(detail !== undefined && { detail: shown }) };
  }
  return { failed: isSessionstreamError(error) ? error.code : "", message: messageOf(error) };
}

function publishedOf({ registry, ended }: Checked): { readonly published: readonly Shown[] } {
  const { got } = compareInOrder(registry, [], ended.events, (name) => registry.loggedEvent(name)?.schema);
  return { published: got };
}

function reportsOf(reports: Ended["reports"]): readonly JsonValue[] {
  return reports.map(({ step, name = "", error }) => ({ step, name, message: messageOf(error) }));
}

function matches(error: unknown, expected: ExpectedError): boolean {
  if (typeof expected === "function") return expected(error);
  return expected instanceof RegExp ? expected.test(messageOf(error)) : isSessionstreamError(error, expected);
}

function wordsOf(expected: ExpectedError): string {
  return typeof expected === "function" ? `what ${expected.name || "the function"} accepts` : String(expected);
}
