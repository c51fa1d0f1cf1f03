import { inMemory, overTcp, overTls } from "../../../test/fixtures/board/serve.js";
import { transportConformance } from "./conformance/index.js";

transportConformance("TCP", overTcp);
transportConformance("TLS", overTls);
transportConformance("streams in memory", inMemory);
