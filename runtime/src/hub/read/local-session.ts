import type { DescFeature } from "../../schema/descriptors.js";
import type { PayloadInit } from "../../schema/payload.js";
import type { LiveUiEvent, SessionClient, SubmitOptions, Submitted } from "../../session/session-client.js";
import type { Snapshot } from "../../timeline/snapshot.js";
import type { Hub } from "../hub.js";

/** A client of a session within the process of its hub. */
export class LocalSessionClient<Feature extends DescFeature> implements SessionClient<Feature> {
  readonly sessionId: string;
  readonly #hub: Hub;

  constructor(hub: Hub, sessionId: string, _feature: Feature) {
    this.#hub = hub;
    this.sessionId = sessionId;
  }

  submit<D extends Feature["commands"][number]>(
    command: D,
    payload: PayloadInit<D["schema"]>,
    options: SubmitOptions = {},
  ): Promise<Submitted> {
    return this.#hub.submit(this.sessionId, command, payload, options);
  }

  on<D extends Feature["uiEvents"][number]>(uiEvent: D, listener: (event: LiveUiEvent<D>) => void): () => void {
    return this.#hub.subscribe(({ sessionId, ordinal, events }) => {
      if (sessionId !== this.sessionId) return;
      for (const { name, payload } of events) {
        if (name === uiEvent.name) listener({ name, payload: payload as LiveUiEvent<D>["payload"], ordinal });
      }
    });
  }

  async snapshot(): Promise<Snapshot<Feature["timelineEntities"][number]>> {
    return this.#hub.snapshot(this.sessionId);
  }
}
