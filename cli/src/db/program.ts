import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Feature, TimelineReader } from "@sessionstream/runtime";
import type { SqliteStore } from "@sessionstream/runtime/sqlite";
import { CannotRun } from "../shell/cannot-run.js";
import { isFile } from "./open.js";

/**
 * Loads a module that exports the features of an application, and reads timelines by their projections. The runtime is that
 * of the module: what projections return is checked by its classes.
 * @throws CannotRun PATH_NOT_FOUND, INVALID_PROGRAM or RUNTIME_NOT_RESOLVED.
 */
export async function readerOf(path: string, store: SqliteStore): Promise<TimelineReader> {
  if (!isFile(path))
    throw new CannotRun("PATH_NOT_FOUND", `there is no file "${path}": name a module of the application`);
  const file = resolve(path);
  const { features } = await load(path, pathToFileURL(file).href);
  if (!Array.isArray(features) || !features.every(isFeature)) {
    throw new CannotRun("INVALID_PROGRAM", `"${path}" does not export \`features\`, want an array, as a hub is given`);
  }
  const runtime = await runtimeOf(path, file);
  return new runtime.TimelineReader({ features, store });
}

function isFeature(value: unknown): value is Feature {
  return (value as Partial<Feature> | undefined)?.desc?.kind === "feature";
}

async function load(path: string, url: string): Promise<{ readonly features?: unknown }> {
  try {
    return await import(url);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const hint = /\.[cm]?tsx?$/.test(path) ? ": name the JavaScript that it is compiled to" : "";
    throw new CannotRun("INVALID_PROGRAM", `"${path}" cannot be loaded${hint}: ${message}`, thrown);
  }
}

async function runtimeOf(path: string, file: string): Promise<{ readonly TimelineReader: typeof TimelineReader }> {
  try {
    const runtime = await import(pathToFileURL(createRequire(file).resolve("@sessionstream/runtime")).href);
    if (typeof runtime.TimelineReader === "function") return runtime;
  } catch (thrown) {
    const why = `"${path}" is in no project that has @sessionstream/runtime: install it there`;
    throw new CannotRun("RUNTIME_NOT_RESOLVED", why, thrown);
  }
  throw new CannotRun(
    "RUNTIME_NOT_RESOLVED",
    `the @sessionstream/runtime of "${path}" is of an older release: raise it`,
  );
}
