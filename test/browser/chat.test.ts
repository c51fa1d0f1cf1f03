import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { newFile } from "../fixtures/stores.js";
import { ChatPage } from "./chat-page.js";
import { describeInChromium } from "./chromium.js";
import { DemoServer } from "./demo-server.js";

/** A text in which nothing can be lost or doubled unseen. */
const words = (count: number) => Array.from({ length: count }, (_, index) => `word${index}`).join(" ");
/** Takes about a second to be answered. */
const short = words(40);
/** Takes longer than any test. */
const endless = words(2000);

describeInChromium("the chat's page, served by the demo", (browser) => {
  const server = new DemoServer(newFile("chat.db"), 25);
  const pages: ChatPage[] = [];
  beforeAll(() => server.start(), 30_000);
  afterAll(() => server.kill());
  afterEach(async () => {
    for (const { page, uncaught } of pages.splice(0)) {
      await page.context().close();
      expect(uncaught).toEqual([]);
    }
  });

  async function open(session: string): Promise<ChatPage> {
    const chat = await ChatPage.open(browser(), server.url, session);
    pages.push(chat);
    return chat;
  }

  test("a prompt is answered, and the text grows while it streams", async () => {
    const chat = await open("streams");
    // The connection is live before the conversation is there.
    await expect.poll(() => chat.page.locator(".empty").textContent()).toBe("Ask something.");
    await chat.ask(short);
    const first = await chat.grown(20);
    expect(await chat.grown(first.length + 1)).toContain(first);
    expect(await chat.settled(2)).toEqual([`You, finished: ${short}`, `Assistant, finished: Answer: ${short}`]);
    expect(await chat.prompt.inputValue()).toBe("");
  });

  test("a stopped answer keeps its text", async () => {
    const chat = await open("stops");
    await chat.ask(endless);
    const before = await chat.grown(30);
    await chat.stop();
    const [, answer = ""] = await chat.settled(2);
    expect(answer).toContain(`Assistant, stopped: ${before}`);
    expect(`Assistant, stopped: Answer: ${endless}`).toContain(answer);
    expect(await chat.page.locator("article small").textContent()).toBe("stopped");
    await chat.ask("again");
    expect((await chat.settled(4))[3]).toBe("Assistant, finished: Answer: again");
  });

  test("a reload in mid-stream goes on with the text, and nothing is there twice", async () => {
    const chat = await open("reloads");
    await chat.ask(endless);
    const before = await chat.grown(40);
    await chat.page.reload();
    await chat.connection("live");
    const after = await chat.grown(before.length + 100);
    expect((await chat.messages())[1]).toContain("streaming");
    await chat.stop();
    const [prompt, answer = ""] = await chat.settled(2);
    expect([prompt, answer.includes(after)]).toEqual([`You, finished: ${endless}`, true]);
    expect(`Assistant, stopped: Answer: ${endless}`).toContain(answer);
  });

  test("a second tab is in step, also when it joins in mid-stream", async () => {
    const [first, second, elsewhere] = [await open("tabs"), await open("tabs"), await open("other")];
    await first.ask(endless);
    await second.grown(20);
    const third = await open("tabs");
    await third.grown(40);
    await third.stop();
    const [a, b, c] = await Promise.all([first, second, third].map((chat) => chat.settled(2)));
    expect([b, c]).toEqual([a, a]);
    expect(`Assistant, stopped: Answer: ${endless}`).toContain(a?.[1]);
    expect(await elsewhere.messages()).toEqual([]);
  });

  test("when the server is killed it reconnects by itself; what was being written goes on, and a prompt meanwhile is not lost", async () => {
    const chat = await open("killed");
    let loads = 0;
    chat.page.on("load", () => loads++);
    await chat.ask("first");
    await chat.settled(2);
    await chat.ask(endless);
    const before = await chat.grown(40);
    await server.kill("SIGKILL");
    await chat.connection("reconnecting…");

    await chat.ask("while it is down");
    expect(await chat.prompt.inputValue()).toBe("while it is down");
    expect((await chat.messages())[3]).toContain(before);

    await server.start();
    await chat.connection("live");
    // Once the lease of the killed process is over.
    const written = async () => (await chat.messages())[3]?.replace(/^Assistant, \w+: /, "") ?? "";
    await expect.poll(async () => (await written()).length, { timeout: 10_000 }).toBeGreaterThan(before.length + 40);
    const [first, second, third] = await chat.messages();
    expect([first, second, third]).toEqual([
      "You, finished: first",
      "Assistant, finished: Answer: first",
      `You, finished: ${endless}`,
    ]);

    // What was asked meanwhile is sent by itself, once.
    await chat.page.locator("article", { hasText: "Answer: while it is down" }).waitFor();
    await expect.poll(() => chat.prompt.inputValue()).toBe("");
    expect([await chat.problem.count(), loads]).toEqual([0, 0]);
    await expect.poll(async () => (await chat.messages())[5]).toBe("Assistant, finished: Answer: while it is down");
    await chat.stop();
    await expect.poll(async () => (await chat.messages())[3]).toContain(`Assistant, stopped: ${before}`);
    const shown = await chat.messages();
    expect(`Answer: ${endless}`.startsWith(await written())).toBe(true);
    await chat.page.reload();
    await expect.poll(() => chat.messages()).toEqual(shown);
  }, 60_000);

  test("a server that is asked to close does so at once, while a page is there", async () => {
    const chat = await open("closes");
    expect(await server.kill("SIGTERM")).toBe(0);
    await chat.connection("reconnecting…");
  });
});
