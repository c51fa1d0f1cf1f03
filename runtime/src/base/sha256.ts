import { toHex } from "./hex.js";

/**
 * A hash of bytes, in hex. Node.js has one that costs a tenth of that of Web Crypto, which
 * asks another thread. It is not imported, so that other platforms can load this module.
 */
export function sha256(bytes: Uint8Array): string | Promise<string> {
  if (node === undefined) return byWebCrypto(bytes);
  // One call, where this release of Node.js has it.
  return node.hash?.("sha256", bytes, "hex") ?? node.createHash("sha256").update(bytes).digest("hex");
}

async function byWebCrypto(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return toHex(new Uint8Array(hash));
}

const node = globalThis.process?.getBuiltinModule?.("node:crypto");
