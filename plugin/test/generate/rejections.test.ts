import { expect, test } from "vitest";
import { withProject } from "../support/project.js";
import { feature, run } from "../support/run.js";

const acme = 'syntax = "proto3"; package acme.v1; message State { message Part { string id = 1; } }';
const source = feature(
  `message GoCommand {
  message State {}
  option (sessionstream.v1.command) = {
    name: ["TGo", "TRun"]
    rejects: [
      {code: "INNER", detail: "State"},
      {code: "OUTER", detail: "t.v1.State"},
      {code: "FOREIGN", detail: "acme.v1.State.Part"},
      {code: "ABSOLUTE", detail: ".t.v1.State"},
      {code: "NONE"}
    ]
  };
}
message State { string id = 1; }
message AnyCommand { option (sessionstream.v1.command) = {}; }
option (sessionstream.v1.bind) = {
  message: "acme.v1.State"
  command: {name: "TBound" rejects: {code: "GONE" detail: "State"}}
};`,
  { imports: ["acme.proto"] },
);
const protos = { "acme.proto": acme, "t.proto": source };

test("a descriptor has the codes, each with the message that the file sees under that name", () => {
  const code = run(protos).files["t_sessionstream.ts"] ?? "";
  const types =
    "readonly INNER: typeof GoCommand_StateSchema; readonly OUTER: typeof StateSchema; readonly FOREIGN: typeof State_PartSchema; readonly ABSOLUTE: typeof StateSchema; readonly NONE: undefined";
  const values =
    "INNER: GoCommand_StateSchema, OUTER: StateSchema, FOREIGN: State_PartSchema, ABSOLUTE: StateSchema, NONE: undefined";
  for (const name of ["TGo", "TRun"]) {
    expect(code).toContain(
      `export const ${name}: DescCommand<"${name}", typeof GoCommandSchema, { ${types} }> = /*@__PURE__*/ command("${name}", GoCommandSchema, { rejects: { ${values} } });`,
    );
  }
  // Two messages are called State here, so that one is imported under another name.
  expect(code).toMatch(/TBound: DescCommand<"TBound", .*, \{ readonly GONE: typeof StateSchema \}>/);
  expect(code).toContain(
    'TAny: DescCommand<"TAny", typeof AnyCommandSchema> = /*@__PURE__*/ command("TAny", AnyCommandSchema);',
  );
});

test("the code compiles, and its handlers reject with what is declared", () => {
  const handlers = `import type { THandlers } from "./gen/t_sessionstream.js";
export const handlers: THandlers = {
  go: ({ reject }) => {
    throw reject("FOREIGN", { detail: { id: "1" } });
  },
  run: ({ reject }) => {
    throw reject("OUTER", { message: "no", detail: { id: "1" } });
  },
  any: ({ reject }) => {
    throw reject("ANYTHING");
  },
  bound: ({ reject }) => {
    throw reject("GONE");
  },
};
`;
  for (const target of ["ts", "js+dts"]) {
    const said = withProject({ protos, files: { "handlers.ts": handlers }, target }, ({ typecheck }) => typecheck());
    expect(said).toBe("");
  }
});
