import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { allFiles, knownFindings, usingUs, writeProject } from "./lint-files.js";
import { interleave, type Report, type Round, toRow } from "./measure.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const rounds = 5;

/**
 * `sessionstream lint` on a project of which a few files use us, against
 * ts-morph loading all files with types. Both are processes, from start to end.
 */
export async function lint(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sessionstream-bench-"));
  try {
    writeProject(folder, repository);
    const theirs = `ts-morph, ${allFiles} files with types`;
    const ours = `sessionstream lint, ${usingUs} of ${allFiles} files use us`;
    const figures = await interleave(
      new Map([
        [theirs, allWithTypes(folder)],
        [ours, sessionstreamLint(folder)],
      ]),
      rounds,
    );
    const against = { name: theirs, figures: figures.get(theirs) ?? [] };
    report(toRow("lint", theirs, "s", against.figures));
    report(toRow("lint", ours, "s", figures.get(ours) ?? [], against));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sessionstreamLint(folder: string): Round {
  const bin = join(repository, "cli/bin/sessionstream");
  return () =>
    timed([bin, "lint", "--no-proto", "--format", "json"], folder, (stdout) => {
      const { findings } = JSON.parse(stdout) as { findings: unknown[] };
      if (findings.length !== knownFindings) throw new Error(`got ${findings.length} findings, want ${knownFindings}`);
    });
}

function allWithTypes(folder: string): Round {
  const script = fileURLToPath(new URL("lint-all-with-types.js", import.meta.url));
  return () =>
    timed([script, join(folder, "tsconfig.json")], folder, (stdout) => {
      if (Number.parseInt(stdout, 10) < allFiles) throw new Error(`got ${stdout}, want at least ${allFiles} files`);
    });
}

/** The seconds that a script takes; `check` sees to it that it did its work. */
function timed(args: readonly string[], cwd: string, check: (stdout: string) => void): number {
  const start = performance.now();
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  const seconds = (performance.now() - start) / 1000;
  if (stdout === "") throw new Error(`${args.join(" ")} printed nothing: ${stderr}`);
  check(stdout);
  return seconds;
}
