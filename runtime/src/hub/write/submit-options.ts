import { checkOptions } from "../../base/option.js";
import { checkIdentity, type WithIdentity } from "../../session/identity.js";
import type { SubmitOptions } from "../../session/session-client.js";
import { aTraceContext } from "../../session/trace-context.js";
import type { TraceContext } from "../../store/event-meta.js";

/** How a command is submitted to a hub: by whom, and with what. */
export interface HubSubmitOptions extends SubmitOptions, WithIdentity {
  /** The trace that the command belongs to. The handler gets it. */
  readonly trace?: TraceContext;
}

/** @throws INVALID_OPTION for an identity or a trace that is none. */
export function checkSubmitOptions({ identity, trace }: HubSubmitOptions): void {
  if (identity !== undefined) checkIdentity(identity, "submit option identity");
  checkOptions("submit", { trace }, { trace: aTraceContext });
}
