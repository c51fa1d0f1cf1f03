import { expect, test } from "vitest";
import { killAt, makeEnds } from "./ends.js";

test("killed while it deletes, imports, redacts or backs up, a program leaves each session, and the backup, as before or as after", async () => {
  const ends = await makeEnds();
  expect(await killAt(ends, 1)).toEqual([]);
  expect(await killAt(ends, 4)).toEqual([]);
  expect(await killAt(ends, 160)).toEqual(["deleted"]);
  expect(await killAt(ends, "backup")).toEqual(["deleted", "imported", "redacted"]);
  expect(await killAt(ends, 0)).toEqual([
    "deleted",
    "imported",
    "redacted",
    "backed up",
    expect.stringMatching(/^\d+ steps$/),
  ]);
}, 120_000);
