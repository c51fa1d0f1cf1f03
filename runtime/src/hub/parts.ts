import type { JsonObject } from "@bufbuild/protobuf";
import { anObject, invalidOption } from "../base/option.js";
import type { SchemaRegistry } from "../schema/registry.js";
import { timelineSchemaHash } from "../schema/timeline-schema.js";
import { sorted } from "../store/folded-under.js";
import { memoryStore } from "../store/memory-store.js";
import type { FoldedUnder } from "../store/stored.js";
import type { Feature } from "./feature/feature.js";
import { reporter } from "./observe/error-report.js";
import { harmless } from "./observe/pipeline-observer.js";
import type { HubOptions } from "./options.js";
import { EventReader } from "./project/event-reader.js";
import { FeatureProjections } from "./project/feature-projections.js";
import { Fold } from "./project/fold.js";
import { policiesOf } from "./project/policies.js";
import { History } from "./read/history.js";
import { type RebuildAllOptions, type RebuiltAll, rebuildAll } from "./rebuild-all.js";
import { Runner } from "./run/runner.js";
import { Transfer } from "./transfer.js";
import { ActiveSessions } from "./write/active-sessions.js";
import { Closing } from "./write/closing.js";
import { Fanouts } from "./write/fanouts.js";
import { FollowedSessions } from "./write/followed-sessions.js";
import { type Handler, handlersOf, runsOf } from "./write/handlers.js";
import { KeyExpiry } from "./write/key-expiry.js";
import { Committer } from "./write/lane/committer.js";
import { Descriptors } from "./write/lane/descriptors.js";
import { Process } from "./write/lane/process.js";
import { QuietLanes } from "./write/lane/quiet-lanes.js";
import type { SessionHost } from "./write/lane/session-host.js";

/** What a hub is made of. */
export interface HubParts {
  readonly history: History;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly sessions: ActiveSessions;
  readonly fanouts: Fanouts;
  readonly followed: FollowedSessions;
  readonly runner: Runner;
  readonly closing: Closing;
  readonly transfer: Transfer;
  rebuildAll(options: RebuildAllOptions | undefined): Promise<RebuiltAll>;
}

const week = 7 * 24 * 3_600_000;

/** Registers the features, and makes the parts of a hub and what they need of each other. */
export function partsOf(options: HubOptions, registry: SchemaRegistry): HubParts {
  const { features, store = memoryStore(), observer, sessionMetadata = () => ({}) } = options;
  // Not Date.now itself, which tests replace.
  const { lease = 10_000, keepIdle = 2 ** 26, keepKeysFor = week } = options;
  const { maxPayloadBytes = 2 ** 22, now = () => Date.now() } = options;
  const { atOnce = 100, keepEnded = week } = options.runs ?? {};
  for (const { desc } of features) registry.register(desc);
  const report = reporter(options.onError);
  const observe = harmless(observer);
  const policies = policiesOf(options.onProjectionError);
  const projections = new FeatureProjections(registry, features);
  const reader = new EventReader(registry, features);
  const foldedUnder = foldedUnderOf(features);
  const history = new History({
    registry,
    store,
    reader,
    foldedUnder,
    past: new Fold(reader, projections, { ui: "advance", timeline: "advance" }, undefined),
    isAdvancing: policies.timeline === "advance",
    image: (sessionId) => sessions.use(sessionId).image(),
    report,
  });
  const process = new Process(store, lease, () => runner.verify());
  const fanouts = new Fanouts(report);
  const functions = runsOf(features);
  // A store keeps whole milliseconds.
  const clock = () => Math.floor(now());
  const keyExpiry = new KeyExpiry(store, keepKeysFor, clock);
  const host: SessionHost = {
    registry,
    maxPayloadBytes,
    store,
    reader,
    fold: new Fold(reader, projections, policies, observe),
    committer: new Committer(store),
    quiet: new QuietLanes(),
    process,
    descriptors: new Descriptors(registry),
    foldedUnder,
    runs: {
      functions,
      hasRoom: (name) => runner.hasRoom(name),
      written: (sessionId, changes) => runner.written(sessionId, changes),
      deleted: (sessionId, error) => runner.deleted(sessionId, error),
      read: (sessionId, open) => runner.read(sessionId, open),
    },
    observe,
    resized: (sessionId) => sessions.resized(sessionId),
    keyUsed: () => keyExpiry.used(),
    now: clock,
    sessionMetadata: async (sessionId) => asStored(await sessionMetadata(sessionId)),
    isHeard: (sessionId) => fanouts.isHeard(sessionId),
    fanOut: (batch) => fanouts.fanOut(batch),
    report,
  };
  const sessions = new ActiveSessions(host, keepIdle);
  const followed = new FollowedSessions(sessions, fanouts, store);
  const runner = new Runner(functions, host, sessions, followed, { atOnce, keepEnded });
  const closing = new Closing(sessions, followed, runner, process, store);
  const transfer = new Transfer({ registry, store, sessions, closing });
  // What is only tried is no step of an event.
  const tried = new Fold(reader, projections, policies, undefined);
  const again = { registry, store, reader, fold: tried, foldedUnder, sessions, closing };
  return {
    transfer,
    history,
    handlers: handlersOf(features),
    sessions,
    fanouts,
    followed,
    runner,
    closing,
    rebuildAll: (options) => rebuildAll(again, options),
  };
}

/** The metadata of a session as all stores keep it, whatever the application does with its object. */
function asStored(metadata: JsonObject): JsonObject {
  if (!anObject.accepts(metadata) || Array.isArray(metadata)) {
    throw invalidOption("hub", "sessionMetadata", metadata, "a function that returns a JSON object");
  }
  return JSON.parse(JSON.stringify(metadata)) as JsonObject;
}

/** What a program with these features folds timelines under. */
function foldedUnderOf(features: readonly Feature[]): FoldedUnder {
  return sorted(
    Object.fromEntries(
      features.map(({ desc }) => [desc.name, { version: desc.timelineVersion, hash: timelineSchemaHash(desc) }]),
    ),
  );
}
