import { transportConformance } from "./conformance/index.js";
import { inMemory, overTcp, overTls } from "./support/serve.js";

transportConformance("TCP", overTcp);
transportConformance("TLS", overTls);
transportConformance("streams in memory", inMemory);
