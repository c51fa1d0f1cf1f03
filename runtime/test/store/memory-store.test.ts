import { memoryStore } from "@sessionstream/runtime";
import { storeConformance } from "@sessionstream/runtime/testing";
import * as vitest from "vitest";

storeConformance(vitest, "memory", { open: memoryStore });
