/**
 * A short hash that is not safe against people who want two inputs to have the same:
 * FNV-1a of 64 bits, in hex (http://www.isthe.com/chongo/tech/comp/fnv/).
 */
export function fnv1a64(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
