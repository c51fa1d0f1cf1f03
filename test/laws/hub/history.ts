import fc from "fast-check";

// What happens to a hub in a property test, as data: fast-check makes it up, and
// makes it smaller when a law breaks.

/** Which event is published; what else is in it follows from its tag. */
export interface EventSpec {
  readonly kind: "add" | "misfit" | "append" | "set" | "delete" | "recreate" | "mark" | "trace" | "reading";
  /** The counter, note or meter that it is about. */
  readonly about: number;
}

/** Someone who publishes events one after the other. */
export interface Publisher {
  readonly session: number;
  /** How the events get to the hub. */
  readonly through: "hub" | "handler" | "run";
  /** Whether an event is awaited before the next one is published. */
  readonly awaits: boolean;
  /** After how many turns of the event loop the publisher begins. */
  readonly delay: number;
  /** How many turns lie between two events that are not awaited. */
  readonly gap: number;
  readonly events: readonly EventSpec[];
}

export type Step =
  /** Several publish at once. `hub` chooses one where there are two. */
  | {
      readonly do: "publish";
      readonly publishers: readonly (Publisher & { readonly hub: number })[];
      /** Whether the next step waits for them. */
      readonly waits: boolean;
    }
  /** From now on the projections of events about this number fail, until it is mended. */
  | { readonly do: "break"; readonly what: "timeline" | "ui"; readonly about: number }
  | { readonly do: "mend" }
  /** A retry that runs while others publish. */
  | { readonly do: "retry"; readonly session: number; readonly hub: number; readonly publisher: Publisher }
  /** So many of the next commits fail, before anything is written. */
  | { readonly do: "fail-commits"; readonly times: number }
  /** The hubs close and are made again on what they left. */
  | { readonly do: "reopen" };

export interface History {
  readonly ui: "fail" | "advance";
  readonly timeline: "fail" | "advance";
  readonly keepIdle: number;
  /** How many turns of the event loop the store takes, as one behind a network does. */
  readonly latency: number;
  readonly steps: readonly Step[];
}

const about = fc.nat({ max: 2 });

const eventSpec: fc.Arbitrary<EventSpec> = fc.record({
  kind: fc.oneof(
    {
      weight: 30,
      arbitrary: fc.constantFrom("add", "append", "set", "delete", "recreate", "mark", "trace", "reading"),
    },
    // Rare, because no retry helps: under the policy `fail` it ends the timeline.
    { weight: 1, arbitrary: fc.constant("misfit" as const) },
  ),
  about,
});

const publisher: fc.Arbitrary<Publisher> = fc.record({
  session: fc.nat({ max: 2 }),
  through: fc.constantFrom("hub", "handler", "run"),
  awaits: fc.boolean(),
  delay: fc.nat({ max: 3 }),
  gap: fc.nat({ max: 2 }),
  events: fc.array(eventSpec, { minLength: 1, maxLength: 8 }),
});

const hub = fc.nat({ max: 1 });

const publishing = fc.record({
  do: fc.constant("publish" as const),
  publishers: fc.array(
    fc.tuple(publisher, hub).map(([given, of]) => ({ ...given, hub: of })),
    { minLength: 1, maxLength: 5 },
  ),
  waits: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: publishing },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("break" as const), what: fc.constantFrom("timeline", "ui"), about }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "mend" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("retry" as const), session: fc.nat({ max: 2 }), hub, publisher }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("fail-commits" as const), times: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "reopen" as const }) },
);

export const history: fc.Arbitrary<History> = fc.record({
  ui: fc.constantFrom("fail", "advance"),
  timeline: fc.constantFrom("fail", "advance"),
  keepIdle: fc.constantFrom(0, 10_000, 2 ** 26),
  latency: fc.nat({ max: 3 }),
  steps: fc.array(step, { minLength: 1, maxLength: 10 }),
});
