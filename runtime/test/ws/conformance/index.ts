import { describe } from "vitest";
import type { Listen } from "../../../../test/fixtures/board/serve.js";
import { starting } from "../support/started.js";
import { accessConformance } from "./access.js";
import { backpressureConformance } from "./backpressure.js";
import { catchingUpConformance } from "./catching-up.js";
import { closeConformance } from "./close.js";
import { frameConformance } from "./frames.js";
import { hydrationConformance } from "./hydration.js";
import { livenessConformance } from "./liveness.js";
import { metadataConformance } from "./metadata.js";
import { observationConformance } from "./observation.js";
import { pageConformance } from "./pages.js";
import { resumeConformance } from "./resume.js";

/** What a transport promises, whatever its frames travel over. */
export function transportConformance(name: string, listen: Listen): void {
  describe(`WebSocket transport over ${name}`, () => {
    const start = starting(listen);
    describe("frames", () => frameConformance(start));
    describe("hydration", () => hydrationConformance(start));
    describe("resume", () => {
      resumeConformance(start);
      pageConformance(start);
      catchingUpConformance(start);
    });
    describe("metadata", () => metadataConformance(start));
    describe("backpressure", () => backpressureConformance(start));
    describe("liveness", () => livenessConformance(start));
    describe("access", () => accessConformance(start));
    describe("close", () => closeConformance(start));
    describe("observation", () => observationConformance(start));
  });
}
