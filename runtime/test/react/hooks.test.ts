import { expect, test } from "vitest";
import { bundle } from "../../../test/browser/bundle.js";
import { describeInChromium } from "../../../test/browser/chromium.js";
import type { Seen } from "./hooks-page.js";

describeInChromium("the React hooks, in StrictMode", (browser) => {
  test("follow a session while it is used, and render again only for what changes", async () => {
    const { code } = await bundle('export { run } from "../../runtime/test/react/hooks-page.js";');
    const page = await browser().newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const module = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
    const seen = (await page.evaluate(`import(${JSON.stringify(module)}).then(({ run }) => run())`)) as Seen;
    expect(errors).toEqual([]);
    expect(seen.texts).toEqual({
      "mounted twice": "connecting false okconnecting false ok",
      hydrated: "open true ok A Bopen true ok A B",
      "one left": "open true ok A B",
      appended: "open true ok A B!",
      "another session": "open false ok",
      refused: "open false the server says forbidden: no",
      unmounted: "",
    });
    const [s, t] = ["s", "t"].map((sessionId) => ({ sessionId }));
    expect(seen.sent).toEqual({
      "mounted twice": [],
      hydrated: [{ subscribe: s }],
      "one left": [],
      appended: [],
      "another session": [{ subscribe: t }, { unsubscribe: s }],
      refused: [],
      unmounted: [{ unsubscribe: t }],
    });
    expect(seen).toMatchObject({
      sharesSession: true,
      isSameArrayAfterOtherEvent: true,
      rendersForOtherEvent: 0,
      isSameEntityAfterOther: true,
    });
  });
});
