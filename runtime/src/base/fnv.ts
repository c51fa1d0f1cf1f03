const prime = 0x01000193;
const firstStart = 0x811c9dc5;
const secondStart = 0x050c5d1f;

/**
 * A short hash that is not safe against people who want two inputs to have the same: FNV-1a
 * of 32 bits, from two starts, in 16 hex digits (http://www.isthe.com/chongo/tech/comp/fnv/).
 */
export function fnv1a(bytes: Uint8Array): string {
  let first = firstStart;
  let second = secondStart;
  for (const byte of bytes) {
    first = Math.imul(first ^ byte, prime);
    second = Math.imul(second ^ byte, prime);
  }
  return hex(first) + hex(second);
}

/** The same of visible ASCII characters. */
export function fnv1aOfText(text: string): string {
  let first = firstStart;
  let second = secondStart;
  for (let i = 0; i < text.length; i++) {
    first = Math.imul(first ^ text.charCodeAt(i), prime);
    second = Math.imul(second ^ text.charCodeAt(i), prime);
  }
  return hex(first) + hex(second);
}

function hex(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}
