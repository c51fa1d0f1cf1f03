import { SessionstreamError } from "../base/errors.js";
import type { Database, Driver } from "./driver/driver.js";
import { steps } from "./migration-steps.js";
import { misshapen, type Shape, shapeOf } from "./shape.js";

/** The version of a file that this release writes. */
export const newestVersion = steps.length;

/**
 * What our files carry from byte 68 on (https://www.sqlite.org/fileformat.html#application_id):
 * "SeSt" in ASCII. `file` and other tools find out by it whose file it is.
 */
const applicationId = 0x53655374;

/**
 * Brings the file to the newest version, in one transaction. Throws
 * STORE_INCOMPATIBLE for a file that a newer release wrote, or that is not ours.
 */
export function migrate(database: Database, driver: Driver): void {
  // Nothing is written to a file that is as it should be.
  if (versionOf(database) === newestVersion && idOf(database) === applicationId) return;
  database
    .transaction(() => {
      const version = readVersion(database, driver);
      for (const step of steps.slice(version)) database.exec(step);
      database.exec(`PRAGMA user_version = ${steps.length}`);
      // Files up to version 4 may come without it.
      database.exec(`PRAGMA application_id = ${applicationId}`);
    })
    .immediate();
}

/** @throws STORE_INCOMPATIBLE unless the file has the newest version. */
export function checkVersion(database: Database, driver: Driver): void {
  const version = checkOurs(database, driver);
  if (version < steps.length) {
    throw incompatible(
      database,
      `has version ${version}, want ${steps.length}: open it for writing once to migrate it`,
    );
  }
}

/**
 * Returns the version of the file.
 * @throws STORE_INCOMPATIBLE for a file that a newer release wrote, or that is not ours.
 */
export function checkOurs(database: Database, driver: Driver): number {
  // Outside of a transaction another process could migrate the file between two reads.
  return database.transaction(() => readVersion(database, driver)).deferred();
}

function readVersion(database: Database, driver: Driver): number {
  const version = versionOf(database);
  const id = idOf(database);
  if (id !== 0 && id !== applicationId) {
    throw incompatible(
      database,
      `belongs to another application: got application_id ${hex(id)}, want ${hex(applicationId)}`,
    );
  }
  const isNewer = version > steps.length;
  if (isNewer && id === applicationId) {
    throw incompatible(database, `has version ${version}, want at most ${steps.length}: a newer release wrote it`);
  }
  // Each newer release leaves the mark.
  const why = isNewer ? "no application_id" : foreignPartOf(database, driver, version);
  if (why !== undefined) throw incompatible(database, `is not one of ours: it has version ${version}, and ${why}`);
  return version;
}

function versionOf(database: Database): number {
  return database.pragma("user_version", { simple: true }) as number;
}

function idOf(database: Database): number {
  return database.pragma("application_id", { simple: true }) as number;
}

/** What a file has that one of ours in this version has not, or the other way round. */
function foreignPartOf(database: Database, driver: Driver, version: number): string | undefined {
  const shape = shapeOf(database);
  if (version === 0) return shape.size === 0 ? undefined : "is not empty";
  return misshapen(shape, shapeOfVersion(driver, version));
}

/** What the steps up to a version make. */
function shapeOfVersion(driver: Driver, version: number): Shape {
  const known = shapes.get(version);
  if (known !== undefined) return known;
  const made = driver.open(":memory:");
  for (const step of steps.slice(0, version)) made.exec(step);
  const shape = shapeOf(made);
  made.close();
  shapes.set(version, shape);
  return shape;
}

const shapes = new Map<number, Shape>();

function hex(id: number): string {
  return `0x${(id >>> 0).toString(16).padStart(8, "0")}`;
}

/** In a write transaction: another process may have migrated the file since it was opened. */
export function checkStillNewest(database: Database, version: number): void {
  if (version === newestVersion) return;
  throw incompatible(database, `now has version ${version}: a newer release has migrated it`);
}

function incompatible(database: Database, why: string): SessionstreamError {
  return new SessionstreamError("STORE_INCOMPATIBLE", `SQLite file "${database.name}" ${why}`);
}
