import { aBoolean, checkOptions, wholeNumber } from "../../base/option.js";
import type { Store } from "../../store/store.js";

/** The methods of a store that can be made to fail: all that answer with a promise. */
export type StoreMethod = {
  [Name in keyof Store]-?: NonNullable<Store[Name]> extends (...args: never) => Promise<unknown> ? Name : never;
}[keyof Store];

/** How a call fails. */
export interface StoreFailure {
  /** What the call rejects with. By default, an error that names the method. */
  readonly error?: unknown;
  /**
   * Whether the call has its effect first, and then says that it failed: as when the network breaks
   * before the answer comes. By default, it has none.
   */
  readonly afterEffect?: boolean;
  /** How many of the next calls fail, up to 10,000. The default is 1. */
  readonly times?: number;
}

/** A call that a store holds back. */
export interface HeldCall {
  /** Resolves when the call has come. */
  readonly reached: Promise<void>;
  /** Lets the call go on. */
  release(): void;
  /** Lets the call fail, without an effect unless it had it already. */
  fail(error?: unknown): void;
}

/** A store that does what its inner store does, and fails when it is told to. */
export type FailingStore = Store & {
  /**
   * Makes the next calls of a method fail. What was planned earlier for the method comes first.
   * @throws INVALID_OPTION.
   */
  failNext(method: StoreMethod, failure?: StoreFailure): void;
  /** Holds back the next call of a method: before its effect, or its answer where `afterEffect` is true. */
  holdNext(method: StoreMethod, options?: { readonly afterEffect?: boolean }): HeldCall;
};

const mostFailures = 10_000;

/** What is planned for one call: told when the call has come, it resolves where the call goes on, or rejects. */
interface Plan {
  readonly afterEffect: boolean;
  come(): Promise<void>;
}

/**
 * Wraps a store for tests of what an application does when its store fails or is slow. Any store
 * can be wrapped.
 *
 * @example
 * ```ts
 * const store = failingStore(memoryStore());
 * const hub = new Hub({ features, store });
 * store.failNext("commit");
 * await assert.rejects(hub.publish("s", ToolAsked, { callId: "1" }), { code: "STORE_FAILED" });
 * ```
 */
export function failingStore(inner: Store): FailingStore {
  const plans = new Map<PropertyKey, Plan[]>();
  const plan = (method: StoreMethod, planned: Plan) => {
    plans.set(method, [...(plans.get(method) ?? []), planned]);
  };
  const own = {
    failNext(method: StoreMethod, failure: StoreFailure = {}) {
      checkOptions("failNext", failure, { afterEffect: aBoolean, times: wholeNumber(1, mostFailures) });
      const { error, afterEffect = false, times = 1 } = failure;
      for (let time = 0; time < times; time++) {
        plan(method, { afterEffect, come: () => Promise.reject(error ?? madeToFail(method)) });
      }
    },
    holdNext(method: StoreMethod, { afterEffect = false }: { readonly afterEffect?: boolean } = {}): HeldCall {
      let come = () => {};
      let release = () => {};
      let fail = (_error?: unknown) => {};
      const reached = new Promise<void>((resolve) => {
        come = resolve;
      });
      const gate = new Promise<void>((resolve, reject) => {
        release = resolve;
        fail = (error = madeToFail(method)) => reject(error);
      });
      // It may be told to fail before the call has come.
      gate.catch(() => {});
      plan(method, {
        afterEffect,
        come: () => {
          come();
          return gate;
        },
      });
      return { reached, release: () => release(), fail: (error) => fail(error) };
    },
  };
  // Whatever methods stores have: a new one is passed on, and can be made to fail.
  return new Proxy(inner, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return own[name as keyof typeof own];
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) => {
        const call = () => Reflect.apply(member, target, args);
        const next = plans.get(name)?.shift();
        return next === undefined ? call() : callAs(next, call);
      };
    },
  }) as FailingStore;
}

async function callAs({ afterEffect, come }: Plan, call: () => unknown): Promise<unknown> {
  if (!afterEffect) await come();
  const answer = await call();
  if (afterEffect) await come();
  return answer;
}

function madeToFail(method: StoreMethod): Error {
  return new Error(`the store was made to fail: ${method}`);
}
