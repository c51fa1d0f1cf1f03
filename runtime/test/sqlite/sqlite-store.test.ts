import { storeConformance } from "@sessionstream/runtime/testing";
import * as vitest from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";
import { openers } from "./drivers.js";

vitest.describe.each(openers)("with %s", (_driver, sqliteStore) => {
  storeConformance(vitest, "SQLite in memory", { open: () => sqliteStore(":memory:") });

  let path = "";
  storeConformance(vitest, "SQLite in a file", {
    open: () => {
      path = newFile();
      return sqliteStore(path, { synchronous: "normal" });
    },
    reopen: () => sqliteStore(path, { synchronous: "normal" }),
  });
});
