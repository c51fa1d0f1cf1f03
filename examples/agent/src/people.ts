import type { Authenticate, Authentication } from "@sessionstream/runtime";

/** Who uses the agent. */
export interface Person {
  readonly id: string;
  /** Whether they decide what tools may do. */
  readonly mayApprove: boolean;
}

declare module "@sessionstream/runtime" {
  interface Register {
    identity: Person;
  }
}

export const people: readonly Person[] = [
  { id: "anna", mayApprove: true },
  { id: "ben", mayApprove: false },
];

// This stands in for a login: it takes people at their word, so the agent is served to this machine only.

/** Commands carry the name as a token, which pages of other origins cannot send. */
export const byToken: Authenticate = ({ token }) => authenticated(token);

/** A browser's WebSocket has no headers of ours, and carries the name in its URL. */
export const byName: Authenticate = ({ request }) => authenticated(new URL(request.url).searchParams.get("person"));

function authenticated(name: string | null | undefined): Authentication {
  const identity = people.find(({ id }) => id === name);
  return identity === undefined ? null : { identity };
}
