import { isSessionstreamError, SessionstreamError } from "../base/errors.js";
import { show } from "../base/show.js";
import type { Hub } from "../hub/hub.js";
import { checkIdentity, type Identity } from "../session/identity.js";
import type { TimelineView } from "../timeline/view.js";
import type { AccessOptions, AccessRequest, Action, Authentication } from "./options.js";

/** Who passed the gate. */
export interface Passed {
  readonly identity: Identity;
  readonly expiresAt: number;
}

/** Asks the application who may pass. What is wrong with its answers, no client hears of. */
export class Gate {
  readonly #hub: Pick<Hub, "timeline">;
  readonly #options: AccessOptions;

  constructor(hub: Pick<Hub, "timeline">, options: AccessOptions) {
    this.#hub = hub;
    this.#options = options;
  }

  /** @throws what `requestOf` throws, UNAUTHENTICATED, FORBIDDEN, or INTERNAL with what is wrong as its cause. */
  async authenticate(requestOf: () => AccessRequest): Promise<Passed> {
    const { authenticate } = this.#options;
    if (authenticate === undefined) return { identity: undefined, expiresAt: Number.POSITIVE_INFINITY };
    const request = requestOf();
    const token = bearerOf(request.headers);
    const passed = await asking(async () => checked(await authenticate({ request, token })));
    if (passed === undefined || passed.expiresAt <= Date.now()) {
      throw new SessionstreamError("UNAUTHENTICATED", "it is not known who asks: sign in");
    }
    return passed;
  }

  /** @throws FORBIDDEN, or INTERNAL with what is wrong as its cause. CLOSED if the hub is closed. */
  async authorize(identity: Identity, action: Action): Promise<void> {
    const { authorize } = this.#options;
    if (authorize === undefined) return;
    const view = action.type === "connect" ? nothing : await this.#viewOf(action.sessionId);
    const isPermitted = await asking(() => authorize({ identity, action, view }));
    if (isPermitted !== true) throw new SessionstreamError("FORBIDDEN", refusals[action.type]);
  }

  async #viewOf(sessionId: string): Promise<TimelineView> {
    try {
      return await this.#hub.timeline(sessionId);
    } catch (thrown) {
      throw isSessionstreamError(thrown, "CLOSED") ? thrown : failed(thrown);
    }
  }
}

const nothing: TimelineView = { get: () => undefined, list: () => [] };

const refusals: Readonly<Record<Action["type"], string>> = {
  connect: "connecting is not permitted",
  subscribe: "the session may not be seen",
  read: "the session may not be seen",
  submit: "the command may not be submitted",
};

/** Asks the application. It may throw FORBIDDEN for the client to hear; anything else is its own failure. */
async function asking<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    throw isSessionstreamError(thrown, "FORBIDDEN") ? thrown : failed(thrown);
  }
}

function failed(cause: unknown): SessionstreamError {
  return new SessionstreamError("INTERNAL", "access could not be decided", { cause });
}

/** @throws INVALID_OPTION for what the types would not let through. */
function checked(answer: Authentication): Passed | undefined {
  if (answer === null || answer === undefined) return undefined;
  if (typeof answer !== "object") throw wrong("", answer, "{ identity, expiresAt? }, or null");
  const { identity, expiresAt = Number.POSITIVE_INFINITY } = answer;
  checkIdentity(identity, "what authenticate returned as identity");
  if (typeof expiresAt !== "number" || !(expiresAt >= earliestExpiry)) {
    throw wrong(" as expiresAt", expiresAt, "milliseconds since the Unix epoch (exp of a JWT is in seconds)");
  }
  return { identity, expiresAt };
}

/** In 1973: what is before it is a time in seconds. */
const earliestExpiry = 1e11;

function wrong(part: string, got: unknown, want: string): SessionstreamError {
  return new SessionstreamError("INVALID_OPTION", `what authenticate returned${part}: got ${show(got)}, want ${want}`);
}

function bearerOf(headers: Headers): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
}
