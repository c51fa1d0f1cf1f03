import type { Message } from "@bufbuild/protobuf";
import { aFunction } from "../base/option.js";
import type { Identity } from "../session/identity.js";
import type { TimelineView } from "../timeline/view.js";

/** A request as `authenticate` sees it, by whichever transport it came. */
export interface AccessRequest {
  /** The whole URL, with the query. */
  readonly url: string;
  /** The headers. `headers.get("cookie")` has the cookies. */
  readonly headers: Headers;
  /** The address of the peer, which may be a proxy. Undefined if the transport does not know it. */
  readonly remoteAddress: string | undefined;
}

/** What `authenticate` receives. */
export interface AuthenticateContext {
  readonly request: AccessRequest;
  /** The token of the header `Authorization: Bearer …`, if there is one. */
  readonly token: string | undefined;
}

/** Who asks, and until when that is known. */
export interface Authenticated {
  readonly identity: NonNullable<Identity>;
  /**
   * Milliseconds since the Unix epoch; `exp` of a JWT is in seconds. From then on, the identity is
   * not known any more. A WebSocket is then closed with 4001, so that its client connects again.
   */
  readonly expiresAt?: number;
}

/** The result of `authenticate`: who asks, or nothing for one who is not known. */
export type Authentication = Authenticated | null | undefined;

/** What somebody wants to do. */
export type Action =
  /** To open a WebSocket. */
  | { readonly type: "connect" }
  /** To follow a session: its timeline, and its UI events from now on. */
  | { readonly type: "subscribe"; readonly sessionId: string }
  /** To read the snapshot of a session, as it is or as it was after an event. */
  | { readonly type: "read"; readonly sessionId: string; readonly asOf?: bigint }
  /** To submit a command. The payload has been read, and is of the command's type. */
  | { readonly type: "submit"; readonly sessionId: string; readonly command: string; readonly payload: Message };

/** What `authorize` receives. */
export interface AuthorizeContext {
  readonly identity: Identity;
  readonly action: Action;
  /**
   * The session's timeline, to look up its members: live, and at least as new as the store was when
   * the action came in. It is empty for `connect`, which is about no session.
   */
  readonly view: TimelineView;
}

/** Says who asks. */
export type Authenticate = (context: AuthenticateContext) => Authentication | Promise<Authentication>;

/** Decides whether somebody may do something. */
export type Authorize = (context: AuthorizeContext) => boolean | Promise<boolean>;

/**
 * Who may do what, for every transport. `authenticate` is required if the application has said the
 * type of its identities.
 */
export type AccessOptions = (undefined extends Identity
  ? { readonly authenticate?: Authenticate }
  : { readonly authenticate: Authenticate }) & {
  /**
   * Decides whether somebody may do something. Only `true` permits it. Without this option,
   * everyone may do everything. It may throw a SessionstreamError FORBIDDEN with a message for
   * the client.
   */
  readonly authorize?: Authorize;
};

/** For the check of a transport's options. */
export const accessOptions = { authenticate: aFunction, authorize: aFunction };
