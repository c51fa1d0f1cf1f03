import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** What is used of the DOM, whose types are not among those of Node.js. */
interface PageElement {
  readonly dataset: { readonly status: string; readonly state: string };
  readonly ariaLabel: string;
  readonly textContent: string;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

/** A page of the agent, as one who uses it sees it. */
export class AgentPage {
  readonly page: Page;
  /** What must not be: errors that nobody handled. */
  readonly uncaught: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.uncaught.push(error.message));
  }

  static async open(browser: Browser, url: string, session: string, person = "anna"): Promise<AgentPage> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const agent = new AgentPage(page);
    await page.goto(`${url}?person=${person}&session=${encodeURIComponent(session)}`);
    await agent.live();
    return agent;
  }

  get problem(): Locator {
    return this.page.getByRole("alert");
  }

  async live(): Promise<void> {
    await this.page.locator("output.connection", { hasText: "live" }).waitFor();
  }

  /** Asks, and waits until the question was taken. */
  async ask(text: string): Promise<void> {
    const question = this.page.getByLabel("Question");
    await question.fill(text);
    await this.page.getByRole("button", { name: "Ask" }).click();
    await expect.poll(() => question.inputValue(), polling).toBe("");
  }

  button(name: "Approve" | "Refuse" | "Do it again" | "Leave it" | "Stop"): Locator {
    return this.page.getByRole("button", { name, disabled: false });
  }

  /** Waits until a call of a tool is in a state. */
  async call(tool: string, state: string): Promise<void> {
    await this.page.locator(`section[aria-label="${tool}"][data-state="${state}"]`).last().waitFor();
  }

  /** Waits until there are so many questions, and none is being answered. */
  async answered(count: number): Promise<void> {
    const open = this.page.locator('article[data-status="open"]');
    const questions = this.page.locator("article.user");
    await expect.poll(async () => [await questions.count(), await open.count()], polling).toEqual([count, 0]);
  }

  /** Each message as `status: text`, and the calls of tools in it as `  tool state: output`. */
  seen(): Promise<string[]> {
    return this.page
      .locator("article")
      .evaluateAll((elements) =>
        (elements as unknown as PageElement[]).flatMap((article) => [
          `${article.dataset.status}: ${article.querySelector("p")?.textContent}`,
          ...[...article.querySelectorAll("section")].map(
            (call) =>
              `  ${call.ariaLabel} ${call.dataset.state}: ${call.querySelector("pre")?.textContent.trim() ?? ""}`,
          ),
        ]),
      );
  }
}

const polling = { timeout: 60_000, interval: 20 };
