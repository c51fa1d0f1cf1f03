import type { MovedSession } from "@sessionstream/runtime/store";
import { describe, expect, test } from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import { until } from "../../../test/fixtures/until.js";
import type { Driver } from "../../src/sqlite/driver/driver.js";
import { openStore } from "../../src/sqlite/sqlite-store.js";
import { commit } from "../../src/testing/store/batches.js";
import { openers } from "./drivers.js";

describe.each(openers)("with %s", (_name, sqliteStore, driver) => {
  function told(path: string, options = {}) {
    const store = sqliteStore(path, options);
    const moves: (readonly MovedSession[] | undefined)[] = [];
    return { store, moves, end: store.watch((moved) => moves.push(moved)) };
  }

  async function begin(path: string, sessionId: string, revision = 0): Promise<void> {
    const store = sqliteStore(path);
    await commit(store, { sessionId, revision });
    await store.close();
  }

  test("a file that is opened for reading only can be watched, and refuses claims", async () => {
    const path = newFile();
    await begin(path, "s");
    const { store, moves, end } = told(path, { readonly: true });
    await begin(path, "s", 1);
    await until(() => moves.length > 0, "the move is told");
    expect(moves).toMatchObject([[{ sessionId: "s", revision: 2 }]]);
    const claim = { sessionId: "s", space: "a", key: "k", fingerprint: "f", process: "p", token: "t", time: 1 };
    await expect(store.claim([{ ...claim, descriptor: undefined }])).rejects.toMatchObject({ code: "STORE_FAILED" });
    end();
    await begin(path, "s", 2);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(moves).toHaveLength(1);
    await store.close();
  });

  test("a file that is busy when somebody begins to watch is watched all the same", async () => {
    const path = newFile();
    await begin(path, "s");
    let isBusy = true;
    const busy: Driver = {
      ...driver,
      open(...given) {
        const database = driver.open(...given);
        const pragma = database.pragma.bind(database);
        database.pragma = (...asked) => {
          if (isBusy && asked[0] === "data_version") throw Object.assign(new Error("locked"), { code: "SQLITE_BUSY" });
          return pragma(...asked);
        };
        return database;
      },
    };
    const store = openStore(path, {}, busy);
    const moves: (readonly MovedSession[] | undefined)[] = [];
    store.watch((moved) => moves.push(moved));
    isBusy = false;
    await begin(path, "s", 1);
    await until(() => moves.some((moved) => moved?.some(({ revision }) => revision === 2)), "the move is told");
    await store.close();
  });
});
