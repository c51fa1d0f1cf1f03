import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** What is used of the DOM, whose types are not among those of Node.js. */
interface ArticleElement {
  readonly dataset: { readonly status: string };
  querySelector(tag: string): { readonly textContent: string } | null;
}

/** A page of the chat, as one who uses it sees it. */
export class ChatPage {
  readonly page: Page;
  /** What must not be: errors that nobody handled. */
  readonly uncaught: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.uncaught.push(error.message));
  }

  static async open(browser: Browser, url: string, session: string): Promise<ChatPage> {
    const page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    const chat = new ChatPage(page);
    await page.goto(`${url}?session=${encodeURIComponent(session)}`);
    await chat.connection("live");
    return chat;
  }

  get prompt(): Locator {
    return this.page.getByLabel("Prompt");
  }

  get problem(): Locator {
    return this.page.getByRole("alert");
  }

  async connection(label: "live" | "reconnecting…"): Promise<void> {
    await this.page.locator("output.connection", { hasText: label }).waitFor();
  }

  async ask(prompt: string): Promise<void> {
    await this.prompt.fill(prompt);
    await this.page.getByRole("button", { name: "Ask" }).click();
  }

  async stop(): Promise<void> {
    await this.page.getByRole("button", { name: "Stop" }).click();
  }

  /** The messages: who wrote each, how it stands, and its text. */
  messages(): Promise<string[]> {
    return this.page.locator("article").evaluateAll((elements) =>
      (elements as unknown as ArticleElement[]).map((article) => {
        const [author, text] = ["h2", "p"].map((tag) => article.querySelector(tag)?.textContent);
        return `${author}, ${article.dataset.status}: ${text}`;
      }),
    );
  }

  /** Waits until the newest answer has so many characters, and returns it. */
  async grown(length: number): Promise<string> {
    const newest = this.page.locator("article.assistant p").last();
    const text = async () => (await newest.textContent()) ?? "";
    await expect.poll(async () => (await text()).length, polling).toBeGreaterThanOrEqual(length);
    return text();
  }

  /** Waits until there are so many messages and none is being written, and returns them. */
  async settled(count: number): Promise<string[]> {
    const isSettled = (messages: string[]) =>
      messages.length === count && !messages.some((text) => /^\w+, streaming/.test(text));
    await expect.poll(async () => isSettled(await this.messages()), polling).toBe(true);
    return this.messages();
  }
}

const polling = { timeout: 10_000, interval: 50 };
