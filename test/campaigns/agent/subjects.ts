/** The file that the script finds first. */
export const lookedUpIn = "facts.txt";

export function subjectOf(index: number): string {
  return `subject${String(index).padStart(3, "0")}`;
}

export function lineAbout(index: number): string {
  return `${subjectOf(index)} has ${index * 7} of them`;
}

export function facts(count: number): string {
  return Array.from({ length: count }, (_, index) => `${lineAbout(index)}\n`).join("");
}
