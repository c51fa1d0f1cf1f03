import { type FixtureName, writeFixture } from "./fixtures.js";
import { serve } from "./processes.js";

// Writes a file in a process of its own, whose memory goes with it: fixture-writer.js NAME SCALE PATH

const [name = "", scale = "1", path = ""] = process.argv.slice(2);
serve({ write: () => writeFixture(name as FixtureName, Number(scale), path) });
