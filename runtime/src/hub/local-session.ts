import type { DescCommand } from "../schema/command.js";
import type { DescFeature } from "../schema/feature.js";
import type { PayloadInit } from "../schema/payload.js";
import type { Identity, OptionsParameter } from "../session/identity.js";
import type { LiveUiEvent, SessionClient, SubmitOptions, Submitted } from "../session/session-client.js";
import type { Fanout } from "../session/ui-batch.js";
import type { Snapshot } from "../timeline/snapshot.js";
import type { HubSubmitOptions } from "./write/submit-options.js";

/** What a local session needs of its hub. */
export interface LocalSessionHost {
  submit<D extends DescCommand>(
    sessionId: string,
    command: D,
    payload: PayloadInit<D["schema"]>,
    ...[options]: OptionsParameter<HubSubmitOptions>
  ): Promise<Submitted>;
  snapshot(sessionId: string): Promise<Snapshot>;
  follow(sessionId: string, fanout: Fanout): () => void;
}

/** A session as a client within the process of its hub sees it. */
export class LocalSession<Feature extends DescFeature> implements SessionClient<Feature> {
  readonly sessionId: string;
  readonly #host: LocalSessionHost;
  readonly #identity: Identity;

  constructor(sessionId: string, host: LocalSessionHost, identity: Identity) {
    this.sessionId = sessionId;
    this.#host = host;
    this.#identity = identity;
  }

  submit<D extends Feature["commands"][number]>(
    command: D,
    payload: PayloadInit<D["schema"]>,
    options: SubmitOptions = {},
  ): Promise<Submitted> {
    return this.#host.submit(this.sessionId, command, payload, { ...options, identity: this.#identity });
  }

  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void {
    return this.#host.follow(this.sessionId, ({ ordinal, time, meta: { cause } = {}, events }) => {
      const known = { ordinal, time, ...(cause !== undefined && { cause }) };
      for (const { name, payload } of events) {
        if (name === uiEvent.name) listener({ name, payload: payload as LiveUiEvent<D>["payload"], ...known });
      }
    });
  }

  async snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>> {
    return this.#host.snapshot(this.sessionId);
  }
}
