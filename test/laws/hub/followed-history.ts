import fc from "fast-check";

// What happens to a session that others follow through several hubs, as data.

export type Step =
  | {
      readonly do: "publish";
      readonly hub: number;
      readonly number: number;
      readonly kind: number;
      readonly many: number;
      readonly waits: boolean;
    }
  | { readonly do: "submit"; readonly hub: number; readonly key: number; readonly waits: boolean }
  | { readonly do: "break"; readonly hub: number; readonly number: number }
  | { readonly do: "mend" }
  | { readonly do: "repair"; readonly hub: number; readonly how: "retry" | "rebuild"; readonly waits: boolean }
  | {
      readonly do: "fail";
      readonly hub: number;
      readonly method: "commit" | "hasBatch" | "session" | "events" | "load" | "errors" | "eventNames" | "settle";
      readonly afterEffect: boolean;
    }
  | { readonly do: "follow"; readonly hub: number }
  | { readonly do: "turns"; readonly count: number };

const hub = fc.nat({ max: 2 });
const number = fc.nat({ max: 2 });
const waits = fc.boolean();
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      hub,
      number,
      kind: fc.nat({ max: 3 }),
      many: fc.integer({ min: 1, max: 3 }),
      waits,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("submit" as const), hub, key: fc.nat({ max: 1 }), waits }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("break" as const), hub, number }) },
  { weight: 1, arbitrary: fc.constant({ do: "mend" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("repair" as const),
      hub,
      how: fc.constantFrom("retry" as const, "rebuild" as const),
      waits,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("fail" as const),
      hub,
      method: fc.constantFrom(
        ...(["commit", "commit", "hasBatch", "session", "events", "load", "errors", "eventNames", "settle"] as const),
      ),
      afterEffect: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("follow" as const), hub }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("turns" as const), count: fc.nat({ max: 10 }) }) },
);

/** A history, of three hubs. */
export const history = fc.record({
  timeline: fc.constantFrom("fail" as const, "advance" as const),
  /** Whether the third hub does not know LabTrace. */
  hasOld: fc.boolean(),
  steps: fc.array(step, { minLength: 1, maxLength: 25 }),
});

export type History = typeof history extends fc.Arbitrary<infer Made> ? Made : never;
