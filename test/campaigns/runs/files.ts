import { existsSync, readFileSync } from "node:fs";

/** When which processes killed themselves, in milliseconds on the clock that all share. */
export function deathsOf(file: string): Map<string, number> {
  const path = `${file}.deaths`;
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  return new Map(lines.map((line) => line.split(" ")).map(([name = "", time]) => [name, Number(time)]));
}
