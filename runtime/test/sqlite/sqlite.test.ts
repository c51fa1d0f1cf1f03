import { sqliteStore } from "@sessionstream/runtime/sqlite";
import { newFile } from "../../../test/fixtures/stores.js";
import { storeConformance } from "../store/conformance.js";

storeConformance("SQLite in memory", () => sqliteStore(":memory:"));

let path = "";
storeConformance(
  "SQLite in a file",
  () => {
    path = newFile();
    return sqliteStore(path, { synchronous: "normal" });
  },
  () => sqliteStore(path, { synchronous: "normal" }),
);
