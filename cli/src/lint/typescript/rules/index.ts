import { nameKnown } from "./name-known.js";
import { ordinalBigint } from "./ordinal-bigint.js";
import { payloadConcrete } from "./payload-concrete.js";
import type { TypeScriptRule } from "./rule.js";
import { switchComplete } from "./switch-complete.js";

/** Every rule for TypeScript. */
export const rules: readonly TypeScriptRule[] = [payloadConcrete, nameKnown, switchComplete, ordinalBigint];
