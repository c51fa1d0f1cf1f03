import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { newFile } from "../../fixtures/stores.js";
import { Chance } from "../chance.js";
import { AgentServer } from "./agent-server.js";
import { type Counts, check } from "./check.js";
import { Evidence } from "./evidence.js";
import { NotesFolder } from "./notes-folder.js";
import { ClientPerson, type Person } from "./person.js";
import { subjectOf } from "./subjects.js";

/** How a person comes to the agent. */
export type Enter = (url: string, session: string, chance: Chance) => Promise<Person>;

const withoutPage: Enter = async (url, session, chance) => new ClientPerson(url, session, chance);

/** In milliseconds, between two pieces of the script. */
const pace = 4;
/** In milliseconds: what it takes to take over, and an answer. */
const longestLife = 1600;

/**
 * Somebody asks one question after the other and approves what the assistant asks for, while its process
 * is killed at random moments. Throws what does not hold.
 */
export async function killAgent(seed: number, kills: number, enter = withoutPage): Promise<Counts & { kills: number }> {
  const chance = new Chance(seed);
  const folder = await NotesFolder.make();
  const server = new AgentServer(folder.path, newFile("agent.db"), pace);
  await server.start();
  const person = await enter(server.url, "s", chance);
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
      await Promise.race([momentOf(chance, folder), asking]);
      await server.kill();
      killed++;
      await startUnkilled(server, chance);
    }
    await asking;
    // A command whose agent was killed may still go on.
    await sleep(500);
    const counts = await check(new Evidence(server.db), folder.path, await person.seen());
    expect(folder.replaced.sort(), "each note is put in its place once").toEqual(
      Array.from({ length: questions }, (_, index) => `${subjectOf(index)}.md`),
    );
    expect(server.reported).toBe("");
    return { ...counts, kills: killed };
  } finally {
    folder.close();
    await person.close();
    await server.kill();
  }
}

/** At any time, or right after an effect that is not on record yet. */
async function momentOf(chance: Chance, folder: NotesFolder): Promise<void> {
  const atAnyTime = sleep(chance.within(0, longestLife));
  if (chance.is(0.6)) await atAnyTime;
  else await Promise.race([folder.written(chance.oneOf([".md", "counts.txt"])), sleep(2 * longestLife)]);
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
