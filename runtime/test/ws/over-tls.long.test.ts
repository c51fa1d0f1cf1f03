import { overTls } from "../../../test/fixtures/board/serve.js";
import { transportConformance } from "./conformance/index.js";

transportConformance("TLS", overTls);
