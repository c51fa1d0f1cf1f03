import { command, event, feature, run, timelineEntity, uiEvent } from "@sessionstream/runtime/codegen";
import { describe, expect, test } from "vitest";
import { NoteEntitySchema, WorkCommandSchema } from "../../../test/fixtures/gen/lab/v1/lab_pb.js";

const withCode = (code: string) => expect.objectContaining({ name: "SessionstreamError", code });

describe("names", () => {
  test.each(["", " ", "1a", "a-b", "a.b", "é", "_a", "a\n"])("%j is refused for everything", (name) => {
    expect(() => command(name, WorkCommandSchema)).toThrow(withCode("INVALID_NAME"));
    expect(() => event(name, WorkCommandSchema)).toThrow(withCode("INVALID_NAME"));
    expect(() => uiEvent(name, WorkCommandSchema)).toThrow(withCode("INVALID_NAME"));
    expect(() => timelineEntity(name, NoteEntitySchema, "number")).toThrow(withCode("INVALID_NAME"));
    expect(() => run(name, WorkCommandSchema)).toThrow(withCode("INVALID_NAME"));
    expect(() => feature(name, {})).toThrow(withCode("INVALID_NAME"));
  });
});
