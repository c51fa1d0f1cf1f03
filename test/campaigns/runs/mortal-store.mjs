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

  /** Within the transaction: the events of a batch are written then, and its last run is not. */
  function dyingWithin(batches) {
    return batches.map((batch) => {
      const last = batch.runs.at(-1);
      if (last === undefined) return batch;
      // What is looked at before the first row is written is its id alone.
      const run = Object.defineProperty({ ...last.run }, "input", { get: die });
      return { ...batch, runs: [...batch.runs.slice(0, -1), { ...last, run }] };
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
