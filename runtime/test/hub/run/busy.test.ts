import { expect, test } from "vitest";
import {
  LabMeasure,
  LabNote,
  LabNoteAppended,
  LabNoteSet,
} from "../../../../test/fixtures/gen/lab/v1/lab_sessionstream.js";
import { runHub, texts } from "./run-hub.js";

test("a run is busy again as soon as that is committed what it waits for", async () => {
  const { hub } = runHub({
    measure: {
      async run({ waitFor, publish }) {
        for (let number = 1; number <= 20; number++) {
          await waitFor(LabNote, number);
          await publish(LabNoteAppended, { number, text: " seen" });
        }
      },
    },
  });
  await hub.start("s", LabMeasure, {});
  await hub.waitIdle("s");
  for (let number = 1; number <= 20; number++) {
    await hub.publish("s", LabNoteSet, { number, text: "there" });
    await hub.waitIdle("s");
    expect((await texts(hub)).at(-1), `note ${number}`).toBe("there seen");
  }
  await hub.close();
});
