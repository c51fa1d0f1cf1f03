// A store whose process dies before, within or after a call that its fate names.

/** Wraps a store. `fate()` is what the process dies of, if anything; `me` names the process. `die` ends it. */
export function mortalStore(inner, { fate, die }) {
  const attempts = new Map();
  let count = 0;
  let last;

  /** What a commit does of what one can be killed at. */
  function stepsOf(batches) {
    const steps = new Set(["commit"]);
    for (const { sessionId, runs } of batches) {
      for (const { isStart, run } of runs) {
        const key = `${sessionId} ${run.id}`;
        if (isStart) steps.add("start");
        else if (run.attempt !== attempts.get(key)) steps.add("attempt");
        if (run.waitsFor !== undefined) steps.add("wait");
        if (run.ended !== undefined) steps.add("end");
        attempts.set(key, run.attempt);
      }
    }
    return steps;
  }

  /** When the process dies of this call. */
  function whenOf(steps) {
    const own = fate();
    if (own !== last) [last, count] = [own, 0];
    return own !== undefined && steps.has(own.step) && ++count === own.nth ? own.when : undefined;
  }

  /** Within the transaction: the events of a batch are written then, and its runs are not, or not all. */
  function dyingWithin(batches) {
    return batches.map((batch) => {
      const runs = [...batch.runs];
      runs[Symbol.iterator] = function* () {
        yield* Array.prototype[Symbol.iterator].call(batch.runs.slice(0, -1));
        die();
      };
      return { ...batch, runs };
    });
  }

  return new Proxy(inner, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      if (!["commit", "beat", "runOwners", "bury", "freeRuns", "releaseRuns"].includes(name))
        return member.bind(target);
      return async (...args) => {
        const when = whenOf(name === "commit" ? stepsOf(args[0]) : new Set([name]));
        if (when === "before") die();
        if (when === "within" && name === "commit") args[0] = dyingWithin(args[0]);
        const answer = await member.apply(target, args);
        if (when !== undefined) die();
        return answer;
      };
    },
  });
}
