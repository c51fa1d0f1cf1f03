import { expect, test } from "vitest";
import { findChromium, withoutChromium } from "./chromium.js";

test("Chromium is looked for where CHROMIUM says, then at the usual paths", () => {
  expect(findChromium({ CHROMIUM: "/opt/chromium" }, () => true)).toBe("/opt/chromium");
  expect(findChromium({ CHROMIUM: "/gone" }, (path) => path !== "/gone")).toBe("/usr/bin/chromium");
  expect(findChromium({ CHROMIUM: "" }, (path) => path === "/usr/bin/google-chrome")).toBe("/usr/bin/google-chrome");
  expect(findChromium({}, () => false)).toBeUndefined();
});

test("without it, the browser tests fail in CI and are skipped elsewhere", () => {
  expect([withoutChromium({ CI: "true" }), withoutChromium({})]).toEqual(["fail", "skip"]);
});
