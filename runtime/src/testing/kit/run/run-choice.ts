import type { DescRun } from "../../../schema/run.js";

/** Chooses runs: those of a kind, or one by its id. */
export type RunChoice = DescRun | string;

export function isChosenRun(
  choice: RunChoice | undefined,
  { id, name }: { readonly id: string; readonly name: string },
): boolean {
  return choice === undefined || (typeof choice === "string" ? choice === id : choice.name === name);
}
