import { inMemory } from "../../../test/fixtures/board/serve.js";
import { transportConformance } from "./conformance/index.js";

transportConformance("streams in memory", inMemory);
