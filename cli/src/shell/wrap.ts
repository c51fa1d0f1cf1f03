/** How many columns a text takes, without its styles. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what styles are made of
  return [...text.replaceAll(/\u001b\[\d+m/g, "")].length;
}

/**
 * Breaks a text at its spaces into lines of at most so many columns. A word that
 * is longer stays whole, as an address or a path must.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    if (line === "") line = word;
    else if (columnsOf(line) + 1 + columnsOf(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}
