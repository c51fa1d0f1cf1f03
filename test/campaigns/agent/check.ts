import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Evidence } from "./evidence.js";
import { lineAbout, lookedUpIn, subjectOf } from "./subjects.js";

/** What a history came by. */
export interface Counts {
  questions: number;
  interrupted: number;
  again: number;
  left: number;
}

/** Throws where something was lost, done twice, or is not whole. */
export async function check(evidence: Evidence, folder: string, seen: readonly string[]): Promise<Counts> {
  const { ordinals, asked, calls } = evidence;
  expect(ordinals, "the log has no holes").toEqual(ordinals.map((_, index) => index + 1));
  const notes = join(folder, "notes");
  const counted = (await readFile(join(notes, "counts.txt"), "utf8")).split("\n");
  const counts: Counts = { questions: asked.length, interrupted: 0, again: 0, left: 0 };
  const expected: string[] = [];

  for (const [index, { questionId, text }] of asked.entries()) {
    const subject = subjectOf(index);
    const note = `notes/${subject}.md`;
    expect([questionId, text], "questions are asked once, in their order").toEqual([
      `q${index + 1}`,
      `Tell me of ${subject}`,
    ]);
    const own = calls.filter((call) => call.questionId === questionId);
    expect(
      own.map(({ tool }) => tool),
      `the calls of ${questionId}`,
    ).toEqual(["search_files", "read_file", "write_file", "run_command"]);
    const [search, read, write, run] = own;
    if (search === undefined || read === undefined || write === undefined || run === undefined) throw new Error("no");

    for (const call of [search, read, write]) {
      const wasDecided = call === write ? 1 : 0;
      expect([call.decided.length, call.started, call.ended.length, call.interrupted], call.callId).toEqual([
        wasDecided,
        1,
        1,
        0,
      ]);
      expect(call.ended[0]?.failed, call.callId).toBe(false);
    }
    const content = `# ${subject}\n\nFrom ${lookedUpIn}:\n\n> ${lineAbout(index)}\n`;
    expect(JSON.parse(write.arguments)).toEqual({ path: note, content });
    expect(await readFile(join(folder, note), "utf8"), "what was written is there").toBe(content);

    // A start that was interrupted may have had its effect or not; no other start is without a result.
    const again = run.repeated.filter((repeated) => repeated.again).length;
    const left = run.repeated.length - again;
    expect(run.decided.map(({ approved }) => approved)).toEqual([true]);
    expect(run.repeated.length, "each interruption is decided").toBe(run.interrupted);
    expect(run.started, `${run.callId} is started once, and once more where somebody says so`).toBe(1 + again);
    expect(run.ended.length, `${run.callId} has a result, or was left`).toBe(1 - left);
    const runs = counted.filter((line) => line.endsWith(` ${note}`)).length;
    expect(runs, `runs of ${run.callId}`).toBeGreaterThanOrEqual(run.ended.length);
    expect(runs, `runs of ${run.callId}`).toBeLessThanOrEqual(run.started);
    const result = run.ended[0]?.output ?? "";
    if (left === 0) expect([run.ended[0]?.failed, result]).toEqual([false, expect.stringMatching(/^\d+ notes\//)]);

    counts.interrupted += run.interrupted;
    counts.again += again;
    counts.left += left;
    const told = left === 0 ? result : "interrupted, so nobody knows what came of it; a person wants it left at that";
    expected.push(
      `done: ${text}`,
      `done: My plan: I look for “${subject}”, read what there is, write a note of it, and count the note’s words.`,
      `  search_files done: ${search.ended[0]?.output.trim()}`,
      `done: I read ${lookedUpIn}.`,
      `  read_file done: ${read.ended[0]?.output.trim()}`,
      `done: I would like to write ${note}.`,
      `  write_file done: ${note} has these ${Buffer.byteLength(content)} bytes`,
      "done: Now I would like to count its words.",
      `  run_command ${left === 0 ? `done: ${result}` : "left: "}`,
      `done: Done. I found “${subject}” in ${lookedUpIn}. The note: ${note} has these ${Buffer.byteLength(content)} bytes. The count: ${told}.`,
    );
  }
  expect(seen, "the conversation is whole").toEqual(expected);
  const names = asked.map((_, index) => `${subjectOf(index)}.md`);
  expect((await readdir(notes)).sort(), "nothing else is written").toEqual(["counts.txt", ...names].sort());
  return counts;
}
