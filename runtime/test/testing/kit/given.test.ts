import { AssertionError } from "node:assert";
import { isSessionstreamError, memoryStore } from "@sessionstream/runtime";
import {
  type ExpectedError,
  type FailingStore,
  failingStore,
  given,
  like,
  type Step,
} from "@sessionstream/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  LabCounter,
  LabCounterAdded,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
  LabTold,
  LabTrace,
  LabWork,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { type LabSwitches, labOf } from "../../../../test/fixtures/lab.js";
import { wrapStore } from "../../../../test/fixtures/stores.js";
import { Gate } from "../../hub/gate.js";
import { createMessage, rejected } from "./rejected.js";

const lab = (work: NonNullable<LabSwitches["work"]>) => labOf({ work });

/** The AssertionError of a step that is not met. */
async function failureOf(step: Step): Promise<AssertionError> {
  const thrown = await step.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(AssertionError);
  return thrown as AssertionError;
}

describe("published", () => {
  test("takes the events of the handler and of its runs, after those that were given", async () => {
    const feature = lab(async ({ payload, publish, background }) => {
      await publish([LabNoteSet.of({ number: 1, text: payload.task }), LabNoteAppended.of({ number: 1, text: "!" })]);
      background("later", async () => {
        await publish(LabTrace, { text: "run" });
      });
    });
    const ended = await given(feature, [LabNoteSet.of({ number: 7, text: "old" })])
      .when(LabWork, { task: "a" })
      .published([
        LabNoteSet.of({ number: 1, text: "a" }),
        LabNoteAppended.of({ number: 1, text: "!" }),
        LabTrace.of({ text: "run" }),
      ])
      .told([like(LabTold, { event: "LabNoteSet" }), LabTold, LabTold.of({ event: "LabTrace", ordinal: 4n })])
      .showing([LabNote.put({ number: 1, text: "a!" }), like(LabNote, { text: "old" }), LabNote.delete(3)]);
    expect(ended.events.map(({ ordinal }) => ordinal)).toEqual([2n, 3n, 4n]);
    expect(ended.timeline.list(LabNote).map(({ text }) => text)).toEqual(["old", "a!"]);
    expect([ended.error, ended.reports]).toEqual([undefined, []]);
  });

  test("several steps follow each other, each with what it did", () =>
    given(lab(({ payload: { task }, publish }) => void publish(LabTrace, { text: task })))
      .when(LabWork, { task: "1" })
      .when(LabWork, { task: "2" })
      .published([LabTrace.of({ text: "2" })])
      .when(LabWork, { task: "3" })
      .published([LabTrace.of({ text: "3" })])
      .told([LabTold.of({ event: "LabTrace", ordinal: 3n })]));

  test("a difference is shown as protobuf JSON, on both sides, at the line of the expectation", async () => {
    const feature = lab(({ publish }) => void publish(LabCounterAdded, { name: "a", amount: 2n }));
    const failure = await failureOf(
      given(feature)
        .when(LabWork, {})
        .published([LabCounterAdded.of({ name: "a", amount: 3n }), LabTrace]),
    );
    expect(failure.message).toBe(`when LabWork: other events were published than expected

expected: [
  {
    "name": "LabCounterAdded",
    "payload": {
      "name": "a",
      "amount": "3"
    }
  },
  {
    "name": "LabTrace"
  }
]

got: [
  {
    "name": "LabCounterAdded",
    "payload": {
      "name": "a",
      "amount": "2"
    }
  }
]`);
    expect(failure.expected).toEqual([
      { name: "LabCounterAdded", payload: { name: "a", amount: "3" } },
      { name: "LabTrace" },
    ]);
    expect(failure.actual).toEqual([{ name: "LabCounterAdded", payload: { name: "a", amount: "2" } }]);
    expect(failure.stack?.split("\n    at ")[1]).toContain("given.test.ts");
  });

  const two = lab(({ publish }) => void publish([LabTrace.of({ text: "1" }), LabTrace.of({ text: "2" })]));
  test.each<[string, Parameters<Step["published"]>[0]]>([
    ["fewer", [LabTrace]],
    ["more", [LabTrace, LabTrace, LabTrace]],
    ["none", []],
    ["another order", [LabTrace.of({ text: "2" }), LabTrace.of({ text: "1" })]],
    ["another name", [LabTrace, LabNoteSet]],
    ["another field", [LabTrace, like(LabTrace, { text: "3" })]],
    ["a default where there is a value", [LabTrace, like(LabTrace, { text: "" })]],
    ["an empty payload", [LabTrace, LabTrace.of({})]],
  ])("%s is not met", async (_, events) => {
    await given(two)
      .when(LabWork, {})
      .published([like(LabTrace, { text: "1" }), LabTrace]);
    expect((await failureOf(given(two).when(LabWork, {}).published(events))).message).toContain("other events");
  });

  test("like compares the fields that are given, set or not, and shows no others", async () => {
    const feature = lab(({ publish }) => void publish(LabNoteSet, { number: 0, text: "made at random" }));
    await given(feature)
      .when(LabWork, {})
      .published([like(LabNoteSet, { number: 0 })]);
    const failure = await failureOf(
      given(feature)
        .when(LabWork, {})
        .published([like(LabNoteSet, { number: 1 })]),
    );
    expect(failure.expected).toEqual([{ name: "LabNoteSet", payload: { number: 1 } }]);
    expect(failure.actual).toEqual([{ name: "LabNoteSet", payload: { number: 0 } }]);
    expect(() => like(LabNoteSet, { nunber: 1 } as never)).toThrow('lab.v1.NoteSetEvent has no field "nunber"');
  });
});

describe("commands that are not done", () => {
  const rejecting = lab(({ publish, decide, payload: { task } }) => {
    if (task === "both") void publish(LabTrace, {});
    return decide((view) => {
      if (view.get(LabNote, 1) !== undefined) throw rejected("TAKEN", createMessage({ text: "taken" }));
      return [LabNoteSet.of({ number: 1, text: task })];
    }).then(() => {});
  });
  const taken = [LabNoteSet.of({ number: 1, text: "first" })];

  test("a rejection has its code, and its detail where that is asked for", async () => {
    await given(rejecting).when(LabWork, { task: "first" }).published(taken).when(LabWork, {}).rejectedWith("TAKEN");
    await given(rejecting, taken).when(LabWork, {}).rejectedWith("TAKEN", { text: "taken" });
    const ended = await given(rejecting, taken)
      .when(LabWork, {})
      .rejectedWith("TAKEN", createMessage({ text: "taken" }));
    expect(isSessionstreamError(ended.error, "REJECTED")).toBe(true);
  });

  test.each<[string, (step: Step) => Step, unknown, unknown]>([
    [
      "another code",
      (step) => step.rejectedWith("GONE"),
      { rejected: "GONE" },
      { rejected: "TAKEN", message: "TAKEN", detail: { text: "taken" } },
    ],
    [
      "another detail",
      (step) => step.rejectedWith("TAKEN", { text: "free" }),
      { rejected: "TAKEN", detail: { text: "free" } },
      { rejected: "TAKEN", message: "TAKEN", detail: { text: "taken" } },
    ],
    [
      "events",
      (step) => step.published([LabTrace]),
      { published: [{ name: "LabTrace" }] },
      { rejected: "TAKEN", message: "TAKEN", detail: { text: "taken" } },
    ],
    ["no expectation", (step) => step, "done", { rejected: "TAKEN", message: "TAKEN", detail: { text: "taken" } }],
  ])("a rejection where %s is expected is shown", async (_, expecting, expected, actual) => {
    const failure = await failureOf(expecting(given(rejecting, taken).when(LabWork, {})));
    expect([failure.expected, failure.actual]).toEqual([expected, actual]);
    expect(failure.cause).toMatchObject({ code: "REJECTED" });
  });

  test("a command that is done is no rejection and no failure, and its events are shown", async () => {
    const published = { published: [{ name: "LabNoteSet", payload: { number: 1 } }] };
    const rejection = await failureOf(given(rejecting).when(LabWork, {}).rejectedWith("TAKEN"));
    expect([rejection.expected, rejection.actual]).toEqual([{ rejected: "TAKEN" }, published]);
    const failed = await failureOf(given(rejecting).when(LabWork, {}).failedWith("CLOSED"));
    expect([failed.expected, failed.actual]).toEqual([{ failed: "CLOSED" }, published]);
  });

  test("a rejection publishes nothing", async () => {
    const both = given(rejecting, taken).when(LabWork, { task: "both" });
    expect((await failureOf(both.rejectedWith("TAKEN"))).message).toContain("it was rejected, and yet published");
    const ended = await given(rejecting, taken).when(LabWork, { task: "both" }).failedWith("REJECTED");
    expect(ended.events.map(({ name }) => name)).toEqual(["LabTrace"]);
  });

  test.each<[ExpectedError, boolean]>([
    [/broke/, true],
    [(error) => error instanceof RangeError, true],
    [/other/, false],
    ["NO_HANDLER", false],
  ])("a failure is expected by code, pattern or function: %s", async (expected, isMet) => {
    const step = given(
      lab(() => {
        throw new RangeError("it broke");
      }),
    )
      .when(LabWork, {})
      .failedWith(expected);
    if (isMet) await step;
    else expect((await failureOf(step)).actual).toEqual({ failed: "", message: "it broke" });
  });

  test("a payload that the schema does not allow is refused", () =>
    given(lab(() => {}))
      .when(LabWork, { task: 5 as never })
      .failedWith("INVALID_PAYLOAD"));
});

describe("failures that no caller hears of", () => {
  const failing = lab(({ background }) =>
    background("late", async () => {
      throw new Error("of a run");
    }),
  );

  test("must be expected", async () => {
    const failure = await failureOf(given(failing).when(LabWork, {}).published([]));
    expect(failure.actual).toEqual([{ step: "background", name: "late", message: "of a run" }]);
    await given(failing)
      .when(LabWork, {})
      .published([])
      .reported(/of a run/);
    await failureOf(
      given(failing)
        .when(LabWork, {})
        .published([])
        .reported(/of a run/, /another/),
    );
    await failureOf(
      given(failing)
        .when(LabWork, {})
        .reported(/another/),
    );
    await failureOf(
      given(lab(() => {}))
        .when(LabWork, {})
        .reported(/of a run/),
    );
  });

  test("a projection that fails is one", async () => {
    const step = given(lab(({ publish }) => void publish(LabCounterAdded, { neverFits: true }))).when(LabWork, {});
    await step.published([LabCounterAdded]).reported("PROJECTION_FAILED");
  });

  test("given events that do not fit end the test", async () => {
    const broken = given(
      lab(() => {}),
      [LabCounterAdded.of({ neverFits: true })],
    )
      .when(LabWork, {})
      .published([]);
    await expect(broken).rejects.toThrow("given: timeline-projection of the events failed");
  });
});

describe("the chain", () => {
  test("is a promise, so that what is not awaited is not silent", async () => {
    const unhandled: unknown[] = [];
    const [listeners, note] = [process.listeners("unhandledRejection"), (reason: unknown) => unhandled.push(reason)];
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", note);
    try {
      const feature = lab(() => {});
      const floating = [
        given(feature).when(LabWork, {}).published([LabTrace]),
        given(feature)
          .when(LabWork, {})
          .showing([LabNote.put({ number: 1 })])
          .when(LabWork, {}),
        given(feature).when(LabWork, { task: 1 as never }),
      ];
      expect(floating.every((step) => step instanceof Promise)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 50));
      // One for each chain, however long.
      expect(unhandled).toHaveLength(3);
      expect(unhandled.every((reason) => reason instanceof AssertionError)).toBe(true);
    } finally {
      process.off("unhandledRejection", note);
      for (const listener of listeners) process.on("unhandledRejection", listener);
    }
  });

  test("a step whose expectation is not met ends it", async () => {
    let times = 0;
    const feature = lab(() => void times++);
    const chain = given(feature).when(LabWork, {}).published([LabTrace]).when(LabWork, {}).published([]);
    expect((await failureOf(chain)).message).toContain("other events");
    expect(times).toBe(1);
  });

  test("a given session begins anew for each when, and cannot go on when it has ended", async () => {
    const empty = given(lab(({ publish }) => void publish(LabTrace, {})));
    const first = empty.when(LabWork, {}).published([LabTrace]);
    expect((await first).events.map(({ ordinal }) => ordinal)).toEqual([1n]);
    expect((await empty.when(LabWork, {})).events.map(({ ordinal }) => ordinal)).toEqual([1n]);
    await expect(first.when(LabWork, {})).rejects.toThrow("this session has ended");
  });

  test("until ends a step while a run goes on, which the next step can end", async () => {
    const feature = labOf({
      work({ payload: { task }, publish, background, session }) {
        if (task === "stop") session.abortBackground();
        else {
          background("stream", async (signal) => {
            await publish(LabTrace, { text: "running" });
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            await publish(LabTrace, { text: "stopped" });
          });
        }
      },
    });
    await given(feature)
      .when(LabWork, {}, { until: LabTrace })
      .published([LabTrace.of({ text: "running" })])
      .when(LabWork, { task: "stop" })
      .published([LabTrace.of({ text: "stopped" })]);
    // What is published right after it belongs to the next step, and so does what a run fails with.
    const hasty = lab(async ({ payload: { task }, publish }) => {
      if (task === "next") return;
      await publish([LabNoteSet.of({ number: 1, text: "a" }), LabNoteAppended.of({ number: 1, text: "b" })]);
      throw new Error("too late");
    });
    await given(hasty)
      .when(LabWork, {}, { until: LabNoteSet })
      .published([LabNoteSet])
      .told([LabTold.of({ event: "LabNoteSet", ordinal: 1n })])
      .showing([like(LabNote, { text: "a" })])
      .when(LabWork, { task: "next" })
      .published([LabNoteAppended])
      .reported(/too late/)
      .told([LabTold.of({ event: "LabNoteAppended", ordinal: 2n })])
      .showing([like(LabNote, { text: "ab" })]);
    const never = given(feature).when(LabWork, { task: "stop" }, { until: LabTrace });
    await expect(never).rejects.toThrow("when LabWork: it ended, and no LabTrace was published");
  });

  test("a run that goes on after the last step is aborted", async () => {
    const aborted = new Gate();
    const feature = lab(({ publish, background }) => {
      background("endless", (signal) => {
        signal.addEventListener("abort", () => aborted.open());
        return new Promise(() => {});
      });
      void publish(LabTrace, {});
    });
    await given(feature).when(LabWork, {}, { until: LabTrace }).published([LabTrace]);
    await aborted.opened;
  });
});

describe("options", () => {
  test("a session has its id, its metadata and its store, which the test keeps", async () => {
    const store = memoryStore();
    const feature = lab(
      ({ session, publish }) => void publish(LabTrace, { text: JSON.stringify([session.id, session.metadata]) }),
    );
    await given(feature, [], { sessionId: "s", metadata: { of: "me" }, store })
      .when(LabWork, {})
      .published([LabTrace.of({ text: '["s",{"of":"me"}]' })]);
    expect((await store.session("s"))?.ordinal).toBe(1n);
  });

  test("a store whose ordinals do not rise ends the test", async () => {
    const inner = memoryStore();
    // It forgets from where it was asked.
    const store = wrapStore(inner, { events: (id) => inner.events(id) });
    const step = given(
      lab(({ publish }) => void publish(LabTrace, {})),
      [LabTrace.of({})],
      { store },
    ).when(LabWork, {});
    await expect(step.published([LabTrace])).rejects.toThrow("the store has ordinal 1 after 1, want a higher one");
  });

  test("what is no feature is refused by the hub", () => {
    expect(() => given(undefined as never).when(LabWork, {})).toThrow(
      "hub option features: got undefined, want features",
    );
  });

  test("a key does a command once", () =>
    given(lab(({ publish, key }) => void publish(LabTrace, { text: key ?? "" })))
      .when(LabWork, {}, { key: "k" })
      .published([LabTrace.of({ text: "k" })])
      .when(LabWork, {}, { key: "k" })
      .published([]));

  test("several features share a session", () =>
    given([labOf()], [LabCounterAdded.of({ name: "a", amount: 1n })])
      .when(LabWork, {})
      .showing([LabCounter.put({ name: "a", total: 1n, times: 1 })]));

  test("a store that fails fails a command, and nothing of it is left", () => {
    const store: FailingStore = failingStore(memoryStore());
    const feature = lab(async ({ publish }) => {
      store.failNext("commit");
      await publish(LabNoteSet, { number: 1 });
    });
    return given(feature, [LabTrace.of({})], { store })
      .when(LabWork, {})
      .failedWith("STORE_FAILED")
      .showing([LabNote.delete(1)]);
  });
});
