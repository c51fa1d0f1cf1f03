import { create, fromJsonString, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import {
  ClientFrameSchema,
  type ServerFrame,
  ServerFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { SessionstreamError } from "../errors.js";
import type { DescFeature } from "../schema/descriptors.js";
import { SchemaRegistry } from "../schema/registry.js";
import type { ClientFeature } from "./client-feature.js";
import { ClientSession, type SessionHost } from "./client-session.js";
import { HttpApi } from "./http-api.js";
import type { ConnectionState, ConnectOptions } from "./options.js";
import { Socket } from "./socket.js";
import { httpUrl, webSocketUrl } from "./urls.js";

/** A session that is followed, and the ordinal of its last snapshot. */
interface Followed<Feature extends DescFeature> {
  readonly session: ClientSession<Feature>;
  hydratedAt: bigint;
}

/**
 * Connects to a server, and again whenever the connection is lost. `url` is that
 * of the WebSocket transport; relative to the page where there is one.
 *
 * Throws UNSUPPORTED where there is no WebSocket class, DUPLICATE_NAME where
 * features clash.
 */
export function connect<Feature extends DescFeature>(url: string, options: ConnectOptions<Feature>): Client<Feature> {
  return new Client(url, options);
}

/** A connection that carries any number of sessions. */
export class Client<Feature extends DescFeature = DescFeature> implements SessionHost {
  readonly registry = new SchemaRegistry();
  readonly http: HttpApi;
  readonly #projections = new Map<string, ClientFeature>();
  readonly #sessions = new Map<string, Followed<Feature>>();
  readonly #watchers = new Set<() => void>();
  readonly #onError: (error: Error) => void;
  readonly #socket: Socket;

  constructor(url: string, options: ConnectOptions<Feature>) {
    for (const given of options.features) this.#register("desc" in given ? given : { desc: given });
    this.#onError = options.onError ?? ((error) => console.error(`sessionstream: ${error.message}`));
    const target = webSocketUrl(url);
    const fetchFunction = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.http = new HttpApi(httpUrl(target, options.http ?? "/api"), fetchFunction, this.registry.protobuf);
    const webSocket = options.webSocket ?? globalThis.WebSocket;
    if (webSocket === undefined) {
      throw new SessionstreamError(
        "UNSUPPORTED",
        'no WebSocket class here: on Node.js 20, give `webSocket: WebSocket` of the package "ws"',
      );
    }
    this.#socket = new Socket(
      {
        url: target,
        webSocket,
        firstPause: options.reconnect?.first ?? 250,
        longestPause: options.reconnect?.longest ?? 10_000,
        pingInterval: options.pingInterval ?? 20_000,
      },
      {
        opened: () => {
          for (const { session } of this.#sessions.values()) this.#subscribe(session);
        },
        received: (text) => this.#receive(text),
        stateChanged: () => {
          for (const watcher of [...this.#watchers]) watcher();
        },
        ping: () => this.#send({ case: "ping", value: { nonce: "" } }),
      },
    );
  }

  /** How the client stands with the server. */
  get state(): ConnectionState {
    return this.#socket.state;
  }

  /** Calls the watcher after each change of `state`; returns what ends it. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Follows a session. The same session is given to all who ask for it, until it is closed. */
  session(sessionId: string): ClientSession<Feature> {
    const found = this.#sessions.get(sessionId);
    if (found !== undefined) return found.session;
    const session = new ClientSession<Feature>(sessionId, this);
    this.#sessions.set(sessionId, { session, hydratedAt: 0n });
    this.#subscribe(session);
    return session;
  }

  /** Tries to connect at once, for instance because the network is back. */
  reconnect(): void {
    this.#socket.retryNow();
  }

  close(): void {
    this.#sessions.clear();
    this.#socket.close();
  }

  /** For the sessions of this client. */
  projectionOf(uiEvent: string): ClientFeature | undefined {
    return this.#projections.get(uiEvent);
  }

  /** For the sessions of this client. */
  leave({ sessionId }: ClientSession): void {
    if (this.#sessions.delete(sessionId)) this.#send({ case: "unsubscribe", value: { sessionId } });
  }

  /** For the sessions of this client. */
  report(error: unknown): void {
    this.#onError(error instanceof Error ? error : new Error(String(error)));
  }

  #register(feature: ClientFeature<Feature>): void {
    this.registry.register(feature.desc);
    for (const { name } of feature.desc.uiEvents) this.#projections.set(name, feature);
  }

  #subscribe({ sessionId, ordinal }: ClientSession<Feature>): void {
    this.#send({ case: "subscribe", value: { sessionId, sinceSnapshotOrdinal: ordinal } });
  }

  #send(frame: NonNullable<MessageInitShape<typeof ClientFrameSchema>["frame"]>): void {
    this.#socket.send(toJsonString(ClientFrameSchema, create(ClientFrameSchema, { frame })));
  }

  #receive(text: string): void {
    try {
      const options = { registry: this.registry.protobuf, ignoreUnknownFields: true };
      this.#take(fromJsonString(ServerFrameSchema, text, options).frame);
    } catch (error) {
      this.report(error);
    }
  }

  #take(frame: ServerFrame["frame"]): void {
    switch (frame.case) {
      case "snapshot": {
        const followed = this.#sessions.get(frame.value.sessionId);
        if (followed === undefined) return;
        followed.hydratedAt = frame.value.snapshotOrdinal;
        followed.session.hydrate(frame.value);
        return;
      }
      case "uiEvent": {
        const followed = this.#sessions.get(frame.value.sessionId);
        followed?.session.receive(frame.value, followed.hydratedAt);
        return;
      }
      case "ping":
        this.#send({ case: "pong", value: { nonce: frame.value.nonce } });
        return;
      case "error": {
        const { code, message, sessionId } = frame.value;
        this.report(new SessionstreamError("REFUSED", `the server says ${code}: ${message}`, { sessionId }));
      }
    }
  }
}
