import { printable } from "../shell/printable.js";

/** Says on the standard error how far something has come, if that is a terminal. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #last = Number.NEGATIVE_INFINITY;
  #hasLine = false;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** Shows a line in place of the one before, a few times a second at most. */
  show(line: () => string): void {
    const now = performance.now();
    if (this.#stream.isTTY !== true || now - this.#last < 100) return;
    this.#last = now;
    this.#hasLine = true;
    this.#stream.write(`\r\u001b[2K${printable(line())}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#hasLine) this.#stream.write("\r\u001b[2K");
    this.#hasLine = false;
  }
}
