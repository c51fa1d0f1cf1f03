import { expect, test } from "vitest";
import { rules } from "../../../src/vet/index.js";

test("rules have ids and purposes as buf's check plugins want them, each id once", () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { id, purpose } of rules) {
    expect(id).toMatch(/^SESSIONSTREAM_[A-Z0-9_]{2,48}[A-Z0-9]$/);
    expect(purpose).toMatch(/^[A-Z].*[.]$/);
  }
});
