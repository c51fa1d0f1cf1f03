import { scaled } from "./fixtures.js";
import { serve } from "./processes.js";
import type { Work } from "./row.js";
import { rowOf } from "./rows.js";

// The clients of a row, in a process of their own: clients.js ROW SCALE PORT

const [name = "", scale = "1", port = ""] = process.argv.slice(2);
let work: Work | undefined;

serve({
  async prepare() {
    work = await rowOf(name).byClients?.({ port: Number(port), scaled: (size) => scaled(size, Number(scale)) });
  },
  work: () => work?.() ?? {},
});
