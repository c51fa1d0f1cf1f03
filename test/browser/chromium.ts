import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, test } from "vitest";

const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Where Chromium is, or undefined. */
export function findChromium(
  env: NodeJS.ProcessEnv,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  return [env.CHROMIUM, ...usualPaths].find((path) => path !== undefined && path !== "" && exists(path));
}

/** What to do without Chromium: a suite that passes because it did not run is not trusted in CI. */
export function withoutChromium(env: NodeJS.ProcessEnv): "fail" | "skip" {
  return env.CI === "true" ? "fail" : "skip";
}

/** What to do where it is missing. */
export const help = "needs Chromium: apt-get install chromium, or say where it is with CHROMIUM=path";

/** Starts the Chromium that is at a path. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args });
}

/** A suite that has a browser. Without Chromium it is skipped loudly; in CI it fails. */
export function describeInChromium(title: string, suite: (browser: () => Browser) => void): void {
  const executablePath = findChromium(process.env);
  if (executablePath === undefined) {
    if (withoutChromium(process.env) === "skip") console.warn(`SKIPPED: "${title}" ${help}`);
    test.skipIf(withoutChromium(process.env) === "skip")(`${title} (${help})`, () => {
      throw new Error(help);
    });
    return;
  }
  describe(title, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium(executablePath);
    }, 30_000);
    afterAll(() => browser?.close());
    suite(() => browser);
  });
}
