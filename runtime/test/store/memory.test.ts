import { memoryStore } from "@sessionstream/runtime";
import { storeConformance } from "./conformance.js";

storeConformance("memory", memoryStore);
