import { Hub, type HubOptions } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { labOf } from "../../../test/fixtures/lab.js";

// What untyped code gives, and a compiler would refuse.

test.each<[string, unknown, string]>([
  ["nothing", undefined, "hub option features: got undefined, want an array of features"],
  ["no features", {}, "hub option features: got undefined, want an array of features"],
  ["a feature that is none", { features: [undefined] }, "hub option features: got undefined, want features with"],
  ["a negative number of idle sessions", { features: [], keepIdle: -5 }, "hub option keepIdle: got -5, want a whole"],
  ["a time instead of a clock", { features: [], now: 5 }, "hub option now: got 5, want a function"],
  ["a word instead of yes or no", { features: [], freeze: "always" }, 'hub option freeze: got "always", want'],
  ["a policy of something else", { features: [], onProjectionError: { UI: "fail" } }, "want an object with `ui`"],
  [
    "a policy that does not exist",
    { features: [], onProjectionError: { timeline: "ignore" } },
    'hub option onProjectionError.timeline: got "ignore", want "fail" or "advance"',
  ],
])("a hub is not made of %s", (_what, options, message) => {
  expect(() => new Hub(options as HubOptions)).toThrow(message);
});

test("a bare name instead of a descriptor is told what is wanted", async () => {
  const hub = new Hub({ features: [labOf()] });
  const submit = hub.submit as (...args: unknown[]) => Promise<unknown>;
  const publish = hub.publish as (...args: unknown[]) => Promise<unknown>;
  await expect(submit.call(hub, "s", "LabWork", {})).rejects.toThrow(
    'got "LabWork", want the descriptor of the command: import it from the generated file',
  );
  await expect(publish.call(hub, "s", undefined, {})).rejects.toMatchObject({ code: "UNKNOWN_NAME" });
  await hub.close();
});
