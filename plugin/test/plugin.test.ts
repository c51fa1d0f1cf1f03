import { expect, test } from "vitest";
import { feature, findings, run } from "./support/run.js";

const bad = (name: string): string =>
  feature(
    `message BEvent { option (sessionstream.v1.event) = {ui: "None"}; }
message AEntity { option (sessionstream.v1.timeline_entity) = {name: "-${name}"}; }`,
    { name },
  ).replace("package t.v1", `package ${name.toLowerCase()}.v1`);

test("every finding of every file is printed, sorted by path, line and column, and nothing is generated", () => {
  const good = feature("message GoodEvent { option (sessionstream.v1.event) = {}; }", { name: "Good" });
  const { error, files } = run({ "z.proto": bad("Z"), "a/b.proto": bad("B"), "a.proto": bad("A"), "good.proto": good });
  expect(files).toEqual({});
  expect(error[0]).toBe("9 findings, so nothing is generated:");
  expect(error.slice(1).map((line) => line.replace(/: .*\(/, " ("))).toEqual(
    ["a.proto", "a/b.proto", "z.proto"].flatMap((path) => [
      `${path}:6:53 (SESSIONSTREAM_FLOW_TARGET)`,
      `${path}:7:26 (SESSIONSTREAM_ENTITY_ID)`,
      `${path}:7:64 (SESSIONSTREAM_NAME_FORMAT)`,
    ]),
  );
});

test("a single finding is counted as one", () => {
  const { error } = run({ "a.proto": feature("message AEntity { option (sessionstream.v1.timeline_entity) = {}; }") });
  expect(error).toHaveLength(2);
  expect(error[0]).toBe("1 finding, so nothing is generated:");
});

const imported = feature(`message SharedEvent { option (sessionstream.v1.event) = {ui: "None"}; }`);
const own = feature(
  `message SharedEvent { option (sessionstream.v1.event) = {name: "TShared"}; }
message OwnCommand { option (sessionstream.v1.command) = {emits: "TShared"}; }`,
  { name: "U", imports: ["t.proto"] },
).replace("package t.v1", "package u.v1");

test("findings about an imported file are left to the run that generates it, but for what it shares", () => {
  const lines = findings({ "t.proto": imported, "u.proto": own }, { generate: ["u.proto"] });
  expect(lines.map((line) => line.replace(/: .*\(/, " ("))).toEqual([
    "t.proto:6:30 (SESSIONSTREAM_NAME_UNIQUE)",
    "u.proto:7:58 (SESSIONSTREAM_NAME_UNIQUE)",
  ]);
});
