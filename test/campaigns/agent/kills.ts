import { watch } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { newFile } from "../../fixtures/stores.js";
import { Chance } from "../chance.js";
import { AgentServer } from "./agent-server.js";
import { type Counts, check } from "./check.js";
import { Evidence } from "./evidence.js";
import { ClientPerson, type Person } from "./person.js";
import { facts, lookedUpIn, subjectOf } from "./subjects.js";

/** How a person comes to the agent. */
export type Enter = (url: string, session: string, chance: Chance) => Promise<Person>;

export const withoutPage: Enter = async (url, session, chance) => new ClientPerson(url, session, chance);

const session = "s";
/** In milliseconds, between two pieces of the script. */
const pace = 4;
/** What a start takes, what a takeover takes, and an answer. */
const longestLife = 1600;

/**
 * Somebody asks one question after the other and approves what the assistant asks for, while its process
 * is killed at random moments. Throws what does not hold.
 */
export async function killAgent(seed: number, kills: number, enter = withoutPage): Promise<Counts & { kills: number }> {
  const chance = new Chance(seed);
  const folder = newFile("folder");
  const notes = join(folder, "notes");
  await mkdir(notes, { recursive: true });
  await writeFile(join(folder, lookedUpIn), facts(100));
  const replaced: string[] = [];
  const watcher = watch(notes, (event, name) => {
    if (event === "rename" && name?.endsWith(".md")) replaced.push(name);
  });
  const server = new AgentServer(folder, newFile("agent.db"), pace);
  await server.start();
  const person = await enter(server.url, session, chance);
  try {
    let killed = 0;
    let questions = 0;
    const asking = (async () => {
      do {
        await person.ask(`Tell me of ${subjectOf(questions)}`);
        await person.answered(++questions);
      } while (killed < kills);
    })();
    asking.catch(() => {});
    while (killed < kills) {
      await Promise.race([sleep(chance.within(0, longestLife)), asking]);
      await server.kill();
      killed++;
      await startUnkilled(server, chance);
    }
    await asking;
    // A command whose agent was killed may still go on.
    await sleep(500);
    const counts = await check(new Evidence(server.db), folder, await person.seen());
    expect(replaced.sort(), "each file is written once").toEqual([...new Set(replaced)].sort());
    expect(replaced).toHaveLength(questions);
    expect(server.reported).toBe("");
    return { ...counts, kills: killed };
  } finally {
    watcher.close();
    await person.close();
    await server.kill();
  }
}

/** Now and then it is killed before it is there. */
async function startUnkilled(server: AgentServer, chance: Chance): Promise<void> {
  if (chance.is(0.1)) {
    const early = server.start();
    await sleep(chance.within(50, 500));
    await server.kill();
    await early;
  }
  await server.start();
}
