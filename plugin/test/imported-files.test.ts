import { expect, test } from "vitest";
import { feature, findings } from "./support/run.js";

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
