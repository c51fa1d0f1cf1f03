import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { storeConformance } from "@sessionstream/runtime/testing";
import * as vitest from "vitest";
import { newFile } from "../../../test/fixtures/stores.js";

storeConformance(vitest, "SQLite in memory", { open: () => sqliteStore(":memory:") });

let path = "";
storeConformance(vitest, "SQLite in a file", {
  open: () => {
    path = newFile();
    return sqliteStore(path, { synchronous: "normal" });
  },
  reopen: () => sqliteStore(path, { synchronous: "normal" }),
});
