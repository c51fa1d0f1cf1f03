const prime = 0x01000193;

/**
 * FNV-1a of 32 bits over what is added, in order (http://www.isthe.com/chongo/tech/comp/fnv/). It finds what was damaged,
 * and is not safe against people who want to deceive it.
 */
export class Checksum {
  #bits = 0x811c9dc5;

  add(bytes: Uint8Array): void {
    let bits = this.#bits;
    for (const byte of bytes) bits = Math.imul(bits ^ byte, prime);
    this.#bits = bits;
  }

  get value(): number {
    return this.#bits >>> 0;
  }
}
