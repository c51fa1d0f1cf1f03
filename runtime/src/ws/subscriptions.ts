import type { SubscribeRequest } from "@sessionstream/proto/sessionstream/v1/transport_pb.js";
import { isSessionstreamError } from "../base/errors.js";
import { type DropReason, Subscription, type SubscriptionOwner } from "./subscription.js";
import type { SubscriptionHost } from "./subscription-host.js";

/** The subscriptions of one connection, one a session. */
export class Subscriptions implements SubscriptionOwner {
  readonly #host: SubscriptionHost;
  readonly #bySession = new Map<string, Subscription>();
  /** Those that wait until the client has caught up, in the order of their turn. */
  readonly #lagging = new Set<Subscription>();
  #isCatchingUp = false;
  #requests = 0;

  constructor(host: SubscriptionHost) {
    this.#host = host;
  }

  /** How many requests to subscribe are under way, with those that were overtaken. */
  get requests(): number {
    return this.#requests;
  }

  list(): Subscription[] {
    return [...this.#bySession.values()];
  }

  /** Subscribes to a session; whoever subscribes again starts over. Does not reject. */
  async subscribe(request: SubscribeRequest): Promise<void> {
    const { sessionId } = request;
    this.unsubscribe(sessionId);
    if (this.#bySession.size >= this.#host.transport.limits.maxSubscriptions) {
      this.#host.fail("too_many_subscriptions", "unsubscribe from a session first", sessionId);
      return;
    }
    const subscription = new Subscription(this.#host, this, request);
    this.#bySession.set(sessionId, subscription);
    this.#requests++;
    const refusal = await this.#authorize(sessionId);
    if (subscription.state !== "ended") {
      if (refusal === undefined) await subscription.start();
      else this.drop(subscription, ...refusal);
    }
    this.#requests--;
  }

  unsubscribe(sessionId: string): void {
    const subscription = this.#bySession.get(sessionId);
    if (subscription !== undefined) this.#end(subscription);
  }

  /** Ends a subscription because of an error; the client hears the code and the message, nothing more. */
  drop(subscription: Subscription, ...[code, message, error]: DropReason): void {
    this.#end(subscription);
    this.#host.fail(code, message, subscription.sessionId, error);
  }

  endAll(): void {
    for (const subscription of this.list()) this.#end(subscription);
  }

  /** Takes one that is to go on when the client has caught up. */
  lag(subscription: Subscription): void {
    this.#host.observe({ stage: "lag", sessionId: subscription.sessionId });
    this.#lagging.add(subscription);
    this.#host.startLagTimer();
  }

  /** Lets those that lag start over, one after the other, as long as the client keeps up. */
  async catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    for (const subscription of this.#lagging) {
      if (this.#host.outbox.isBehind) break;
      this.#lagging.delete(subscription);
      await subscription.resynchronise();
    }
    this.#isCatchingUp = false;
  }

  #end(subscription: Subscription): void {
    this.#bySession.delete(subscription.sessionId);
    this.#lagging.delete(subscription);
    subscription.end();
  }

  /** Why the client may not see a session, or undefined if it may. */
  async #authorize(sessionId: string): Promise<DropReason | undefined> {
    const { transport, peer } = this.#host;
    try {
      await transport.gate.authorize(peer.identity, { type: "subscribe", sessionId });
      return undefined;
    } catch (thrown) {
      if (isSessionstreamError(thrown, "FORBIDDEN")) return ["forbidden", thrown.message];
      const error = isSessionstreamError(thrown, "INTERNAL") ? thrown.cause : thrown;
      return ["internal", "the subscription failed in the server", error];
    }
  }
}
