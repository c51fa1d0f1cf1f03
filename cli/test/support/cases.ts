import { afterAll, beforeAll } from "vitest";
import type { Finding } from "../../src/lint/findings/finding.js";
import { checkProtos } from "../../src/lint/proto/check-protos.js";
import { checkTypeScript } from "../../src/lint/typescript/check-typescript.js";
import { readProjects } from "../../src/lint/typescript/project/projects.js";
import { makeProject, removeProject } from "./project.js";

/** A case: what its files are, or what its only file is. */
type Case = string | Readonly<Record<string, string>>;

/**
 * Checks many cases in one project, each in a folder of its own, because most
 * of the time goes into the libraries. Returns what finds a case's findings.
 */
export function checkCases(cases: Readonly<Record<string, Case>>): (name: string) => readonly Finding[] {
  const names = Object.keys(cases);
  let folder = "";
  let findings: readonly Finding[] = [];
  beforeAll(async () => {
    const files = Object.entries(cases).flatMap(([name, texts]) => {
      const folderOfCase = `src/case${names.indexOf(name)}`;
      return Object.entries(typeof texts === "string" ? { "main.ts": texts } : texts).map(
        ([file, text]) => [`${folderOfCase}/${file}`, text] as const,
      );
    });
    folder = makeProject(Object.fromEntries(files));
    const { model } = await checkProtos(folder, folder);
    findings = readProjects(undefined, undefined, folder).flatMap((project) => checkTypeScript(project, model, folder));
  }, 60_000);
  afterAll(() => removeProject(folder));
  return (name) => {
    if (!names.includes(name)) throw new Error(`got case "${name}", want one of ${names.join(", ")}`);
    return findings.filter(({ path }) => path.startsWith(`src/case${names.indexOf(name)}/`));
  };
}

/** The findings as `file:line message`, with the folder of the case left out. */
export function brief(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ path, line, message }) => `${path.split("/").at(-1)}:${line} ${message.replaceAll(/src\/case\d+\//g, "")}`,
  );
}
