import { expect, test } from "vitest";
import { table } from "../../../src/db/show/print.js";

test("a table has as many rows as a database has sessions", () => {
  const rows = Array.from({ length: 300_000 }, (_, index) => [`session-${index}`, String(index)]);
  const lines = table(["SESSION", "EVENTS"], rows);
  expect(lines).toHaveLength(300_001);
  expect([lines[0], lines[1], lines.at(-1)]).toEqual([
    "SESSION         EVENTS",
    "session-0            0",
    "session-299999  299999",
  ]);
});
