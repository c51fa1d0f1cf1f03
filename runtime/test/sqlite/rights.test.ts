import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { commit, eventAt } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_driver, sqliteStore) => {
  let folder = "";
  afterEach(() => {
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  /** A file with a session, in a folder that other users may read. */
  async function makeFile(): Promise<string> {
    folder = mkdtempSync(join(tmpdir(), "sessionstream-"));
    chmodSync(folder, 0o755);
    const path = join(folder, "store.db");
    const store = sqliteStore(path);
    await commit(store, { events: [eventAt(1n)] });
    await store.close();
    return path;
  }

  /** Calls as somebody whom the rights of files bind, which they do not bind root. */
  function withoutPrivilege<T>(work: () => T): T {
    if (process.geteuid?.() !== 0) return work();
    process.seteuid?.(65_534);
    try {
      return work();
    } finally {
      process.seteuid?.(0);
    }
  }

  const failed = (message: RegExp) =>
    expect.objectContaining({ code: "STORE_FAILED", message: expect.stringMatching(message) });

  test("a file that may not be read is refused", async () => {
    const path = await makeFile();
    chmodSync(path, 0);
    expect(() => withoutPrivilege(() => sqliteStore(path))).toThrow(
      failed(/store\.db" with [a-z0-9:-]+: unable to open database file$/),
    );
  });

  test("a file that may only be read is refused for writing, and left as it is", async () => {
    const path = await makeFile();
    chmodSync(path, 0o444);
    const before = readFileSync(path);
    expect(() => withoutPrivilege(() => sqliteStore(path))).toThrow(failed(/store\.db" with .*readonly database$/));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("a file that may only be read, of which another process is writing, can be read", async () => {
    const path = await makeFile();
    const writer = sqliteStore(path);
    await commit(writer, { revision: 1, events: [eventAt(2n)] });
    for (const end of ["", "-wal", "-shm"]) chmodSync(path + end, 0o644);
    const reader = withoutPrivilege(() => sqliteStore(path, { readonly: true }));
    expect((await reader.session("s"))?.ordinal).toBe(2n);
    await reader.close();
    await writer.close();
  });
});
