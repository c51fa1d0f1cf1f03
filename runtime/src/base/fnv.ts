/**
 * A short hash that is not safe against people who want two inputs to have the same: FNV-1a
 * of 32 bits, from two starts, in 16 hex digits (http://www.isthe.com/chongo/tech/comp/fnv/).
 */
export function fnv1a(bytes: Uint8Array): string {
  let first = 0x811c9dc5;
  let second = 0x050c5d1f;
  for (const byte of bytes) {
    first = Math.imul(first ^ byte, 0x01000193);
    second = Math.imul(second ^ byte, 0x01000193);
  }
  return hex(first) + hex(second);
}

function hex(bits: number): string {
  return (bits >>> 0).toString(16).padStart(8, "0");
}
