import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Report } from "../measure.js";
import type { FixtureName } from "./fixtures.js";
import { Process } from "./processes.js";
import { measureRound, type Round, type RoundOptions } from "./round.js";
import { rowOf, rows } from "./rows.js";
import { lineOf, type StallLine, tableOf } from "./summary.js";

/**
 * What others feel while something long goes on in one session: how much longer than in an idle control of the
 * same round another session's awaited publish, and a ping of another connection, wait. Each round has a
 * server of its own, on SQLite, in a process of its own. Arguments: the names of rows, by default all;
 * `--rounds N`, by default 5; `--profiles FOLDER` for a CPU profile of each server.
 */
export async function stalls(report: Report, args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { rounds: { type: "string", default: "5" }, profiles: { type: "string" } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`got rounds "${values.rounds}", want 1 or more`);
  const names = positionals.length > 0 ? positionals : Object.keys(rows);
  for (const name of names) rowOf(name);
  const options = {
    scale: 1,
    warmUp: 500,
    control: 1_500,
    ...(values.profiles !== undefined && { profiles: values.profiles }),
  };
  const lines = await measureRows(names, rounds, options, report);
  console.error(tableOf(lines));
}

/** Measures rows one after the other, and reports each when it is done. */
export async function measureRows(
  names: readonly string[],
  rounds: number,
  options: RoundOptions,
  report: (line: StallLine) => void,
): Promise<readonly StallLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "sessionstream-bench-"));
  try {
    const lines: StallLine[] = [];
    const written = new Set<FixtureName>();
    for (const name of names) {
      const row = rowOf(name);
      const { fixture } = row;
      const template = join(folder, `${fixture}.db`);
      if (fixture !== undefined && !written.has(fixture)) {
        await write(fixture, options.scale, template);
        written.add(fixture);
      }
      const measured: Round[] = [];
      for (let round = 0; round < rounds; round++) {
        const file = join(folder, "round.db");
        if (fixture !== undefined) await copyFile(template, file);
        measured.push(await measureRound(name, file, options));
        for (const suffix of ["", "-wal", "-shm"]) await rm(file + suffix, { force: true });
      }
      const line = lineOf(name, row, measured);
      lines.push(line);
      report(line);
    }
    return lines;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function write(fixture: FixtureName, scale: number, path: string): Promise<void> {
  const [writer] = await Process.start("fixture-writer.js", [fixture, String(scale), path]);
  try {
    await writer.ask("write");
  } finally {
    await writer.stop();
  }
}
