/** The number of columns of a text. Styles take no columns. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles begin with this character
  return [...text.replaceAll(/\u001b\[\d+m/g, "")].length;
}

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A longer
 * word, such as an address or a path, stays whole.
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
