import { create, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import {
  ClientFrameSchema,
  type HelloFrame,
  HelloFrameSchema,
} from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { SessionstreamError } from "../base/errors.js";
import type { DescFeature } from "../schema/feature.js";
import { FeatureRegistry } from "../schema/feature-registry.js";
import type { DescUiEvent } from "../schema/ui-event.js";
import { checkSessionId } from "../session/session-id.js";
import { refusalOf } from "../session/told-errors.js";
import { checkConnectOptions } from "./check-options.js";
import { Backoff } from "./connect/backoff.js";
import { HttpApi } from "./connect/http-api.js";
import { Socket } from "./connect/socket.js";
import { httpUrl, webSocketUrl } from "./connect/urls.js";
import type { ConnectionState } from "./connect/web-socket.js";
import type { ConnectOptions, FeatureOf } from "./options.js";
import { RemoteSession } from "./remote-session.js";
import type { ClientFeature } from "./replica/client-feature.js";
import { FrameReader, type ReadFrame } from "./replica/frame-reader.js";
import { Listeners } from "./replica/listeners.js";
import { SessionReplica, type WantedSession } from "./replica/session-replica.js";

interface Following<Feature extends DescFeature> {
  readonly replica: SessionReplica;
  readonly session: RemoteSession<Feature>;
}

/**
 * Connects to a server, and connects again whenever the connection is lost. `url` is the
 * URL of the WebSocket transport. In a page, it may be relative to the page.
 * @throws INVALID_OPTION, UNSUPPORTED if there is no WebSocket class, or DUPLICATE_NAME if
 * features clash.
 *
 * @example
 * ```ts
 * const client = connect("/ws", { features: [chat] });
 * const session = client.session("session-1");
 * session.timeline.list(ChatMessage);
 * ```
 */
export function connect<Given extends DescFeature | ClientFeature>(
  url: string,
  options: ConnectOptions<Given>,
): Client<FeatureOf<Given>> {
  return new Client(url, options);
}

/** A connection for any number of sessions. {@link connect} makes one. */
export class Client<Feature extends DescFeature = DescFeature> {
  readonly registry = new FeatureRegistry();
  readonly #features = new Map<string, ClientFeature>();
  readonly #sessions = new Map<string, Following<Feature>>();
  readonly #watchers: Listeners<[]>;
  readonly #onError: (error: Error) => void;
  readonly #pauses: readonly [first: number, longest: number];
  readonly #reader: FrameReader;
  readonly #http: HttpApi;
  readonly #socket: Socket;
  /** The greeting of the server on this connection. The client asks for no session before it has arrived. */
  #greeting: HelloFrame | undefined;
  /**
   * How many `unsubscribed` frames of a session have not arrived yet. Frames before them
   * belong to an earlier subscription.
   */
  readonly #leaving = new Map<string, number>();

  constructor(url: string, options: ConnectOptions) {
    checkConnectOptions(options);
    const { reconnect = {}, connectTimeout = 10_000, pingInterval = 20_000, retryFor = 30_000 } = options;
    const report = (error: unknown) => this.#report(error);
    const uiEvents = new Map<string, DescUiEvent>();
    for (const given of options.features) this.#register("desc" in given ? given : { desc: given }, uiEvents);
    this.#onError = options.onError ?? ((error) => console.error("sessionstream:", error));
    this.#watchers = new Listeners(report);
    this.#reader = new FrameReader(this.registry, uiEvents, report);
    this.#pauses = [reconnect.first ?? 250, reconnect.longest ?? 10_000];
    const target = webSocketUrl(url);
    this.#http = new HttpApi(
      {
        base: httpUrl(target, options.http ?? "/api"),
        fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
        answerTimeout: connectTimeout,
        isConnected: () => this.state === "open",
        retryFor,
        backoff: () => new Backoff(...this.#pauses),
      },
      this.registry,
      this.#reader,
    );
    const webSocket = options.webSocket ?? globalThis.WebSocket;
    if (webSocket === undefined) {
      throw new SessionstreamError(
        "UNSUPPORTED",
        'no WebSocket class here: on Node.js 20, give `webSocket: WebSocket` of the package "ws"',
      );
    }
    const backoff = new Backoff(...this.#pauses);
    this.#socket = new Socket(
      { url: target, webSocket, backoff, connectTimeout, pingInterval },
      {
        opened: () => {
          this.#greeting = undefined;
          this.#leaving.clear();
        },
        received: (text) => this.#receive(text),
        stateChanged: () => this.#watchers.call(),
        failed: report,
        ping: () => this.#send({ case: "ping", value: { nonce: "" } }),
      },
    );
  }

  /** The state of the connection. */
  get state(): ConnectionState {
    return this.#socket.state;
  }

  /** Calls the watcher after each change of `state`. Returns a function that ends this. */
  watch(watcher: () => void): () => void {
    return this.#watchers.add(watcher);
  }

  /**
   * Follows a session. Every call with the same id returns the same object, until the
   * session is closed.
   * @throws INVALID_SESSION, or CLOSED if the client is closed.
   */
  session(sessionId: string): RemoteSession<Feature> {
    const found = this.#sessions.get(sessionId);
    if (found !== undefined) return found.session;
    checkSessionId(sessionId);
    if (this.state === "closed") throw new SessionstreamError("CLOSED", "the client is closed", { sessionId });
    const backoff = new Backoff(...this.#pauses);
    const replica = new SessionReplica(sessionId, {
      registry: this.registry,
      nextPause: () => backoff.next(),
      projectionOf: (uiEvent) => this.#features.get(uiEvent),
      subscribe: (wanted) => this.#subscribe(wanted),
      report: (error) => this.#report(error),
    });
    const session = new RemoteSession<Feature>(replica, this.#http, () => this.#leave(replica));
    this.#sessions.set(sessionId, { replica, session });
    replica.subscribe();
    return session;
  }

  /** Tries to connect at once, for example when the network is back. */
  reconnect(): void {
    this.#socket.retryNow();
  }

  /** Closes the connection, and stops following all sessions. */
  close(): void {
    for (const { replica } of this.#sessions.values()) replica.end();
    this.#sessions.clear();
    this.#http.close();
    this.#socket.close();
  }

  #leave(replica: SessionReplica): void {
    const { sessionId } = replica;
    if (this.#sessions.get(sessionId)?.replica !== replica) return;
    replica.end();
    this.#sessions.delete(sessionId);
    if (this.#greeting === undefined) return;
    this.#leaving.set(sessionId, (this.#leaving.get(sessionId) ?? 0) + 1);
    this.#send({ case: "unsubscribe", value: { sessionId } });
  }

  #register(feature: ClientFeature, uiEvents: Map<string, DescUiEvent>): void {
    this.registry.register(feature.desc);
    for (const uiEvent of feature.desc.uiEvents) {
      uiEvents.set(uiEvent.name, uiEvent);
      this.#features.set(uiEvent.name, feature);
    }
  }

  #send(frame: NonNullable<MessageInitShape<typeof ClientFrameSchema>["frame"]>): void {
    this.#socket.send(toJsonString(ClientFrameSchema, create(ClientFrameSchema, { frame })));
  }

  #receive(text: string): void {
    let frame: ReadFrame;
    try {
      frame = this.#reader.frame(text);
    } catch (error) {
      this.#report(error);
      return;
    }
    this.#take(frame);
  }

  /** Sends the fields of an extension only to a server that knows them. Another server may refuse them. */
  #subscribe({ sessionId, ordinal, base }: WantedSession): void {
    if (this.#greeting === undefined) return;
    const { extensions } = this.#greeting;
    const from = extensions.includes("resume")
      ? { sinceSnapshotOrdinal: base.since, resume: true, epoch: base.epoch }
      : { sinceSnapshotOrdinal: ordinal };
    this.#send({ case: "subscribe", value: { sessionId, ...from, metadata: extensions.includes("metadata") } });
  }

  #take(frame: ReadFrame): void {
    // A server that does not greet has nothing to say of itself.
    if (this.#greeting === undefined) this.#greeted(frame.case === "hello" ? frame.value : create(HelloFrameSchema));
    switch (frame.case) {
      case "snapshot":
        this.#replica(frame.value.sessionId)?.hydrate(frame.value);
        return;
      case "uiEvent":
        this.#replica(frame.value.sessionId)?.receive(frame.value);
        return;
      case "unsubscribed":
        this.#left(frame.value.sessionId);
        return;
      case "ping":
        this.#send({ case: "pong", value: { nonce: frame.value.nonce } });
        return;
      case "error": {
        const { code, message, sessionId } = frame.value;
        if (this.#leaving.has(sessionId)) return;
        const error = refusalOf(code, message, sessionId);
        this.#report(error);
        this.#replica(sessionId)?.refused(code, error);
      }
    }
  }

  #greeted(greeting: HelloFrame): void {
    this.#greeting = greeting;
    for (const { replica } of this.#sessions.values()) replica.subscribe();
  }

  /** The session that a frame is for. */
  #replica(sessionId: string): SessionReplica | undefined {
    return this.#leaving.has(sessionId) ? undefined : this.#sessions.get(sessionId)?.replica;
  }

  #left(sessionId: string): void {
    const left = (this.#leaving.get(sessionId) ?? 0) - 1;
    if (left > 0) this.#leaving.set(sessionId, left);
    else this.#leaving.delete(sessionId);
  }

  #report(error: unknown): void {
    try {
      this.#onError(error instanceof Error ? error : new Error(String(error)));
    } catch (thrown) {
      console.error("sessionstream: onError failed", thrown);
    }
  }
}
