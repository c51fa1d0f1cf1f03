import type { Sources } from "./compile.js";

/** Names that mean something to JavaScript, to TypeScript or to the code that is generated. */
export const hostileNames: readonly string[] = [
  ..."abstract any arguments as async await boolean break case catch class const continue debugger declare".split(" "),
  ..."default delete do else enum eval export extends false finally for from function get if implements import".split(
    " ",
  ),
  ..."in infer instanceof interface is keyof let module namespace never new null number object of package".split(" "),
  ..."private protected public readonly require return satisfies set static string super switch symbol this".split(" "),
  ..."throw true try type typeof undefined unique unknown using var void while with yield".split(" "),
  ..."constructor hasOwnProperty toString valueOf then prototype length name caller exports globalThis".split(" "),
  ..."Array Function Infinity NaN Object Promise Proxy Symbol Error String Number Readonly Record".split(" "),
  ..."command event feature uiEvent timelineEntity DescCommand DescEvent DescFeature DescUiEvent".split(" "),
  ..."DescTimelineEntity Feature SchemaRegistry SessionClient TimelineView UiEvent BackendEvent".split(" "),
  ..."DescSupersededEvent OldEvent Upcaster PayloadInit supersededEvent version by".split(" "),
  ..."run runs end ended start waitFor DescRun RunContext RunEnd RunImplementation DraftOf".split(" "),
  ..."context handlers implementation projection registry view desc handle ui timeline upcasts upcast".split(" "),
];

/** Feature names whose exports meet names of the runtime, of JavaScript or of the generated functions. */
const hostileFeatures =
  "Await Backend Class Command Delete Desc End Event Exports Feature Function Globalthis Handlers Implementation Module Object Projection Promise Registry Require Run Runs Session Timeline Ui Undefined View A A_b URLs X1".split(
    " ",
  );

/** Proto sources that are hostile in every way that a schema can be and still be right. */
export function hostileSources(): Sources {
  const sources: Record<string, string> = {};
  for (const name of hostileFeatures) {
    sources[`features/${name}.proto`] = `${head(name, `features.${name.toLowerCase()}_`)}
message GoCommand { option (sessionstream.v1.command) = {emits: ["${name}Went"]}; }
message GoneEvent { option (sessionstream.v1.event) = {superseded_by: "${name}Went"}; }
message WentEvent { option (sessionstream.v1.event) = {ui: "${name}Seen" timeline: "${name}Kept"}; }
message SeenUpdate { option (sessionstream.v1.ui_event) = {}; }
message KeptEntity { option (sessionstream.v1.timeline_entity) = {}; string id = 1 [(sessionstream.v1.entity_id) = true]; }
message DoRun { option (sessionstream.v1.run) = {emits: ["${name}Went"] retries: 1}; }`;
  }
  return { ...sources, ...wordSources(), ...exportClashes, ...emptiness(), ...oddities };
}

function head(feature: string, name: string, imports: readonly string[] = []): string {
  return [
    'syntax = "proto3";',
    name === "" ? "" : `package ${name};`,
    'import "sessionstream/v1/options.proto";',
    ...imports.map((path) => `import "${path}";`),
    `option (sessionstream.v1.feature) = {name: "${feature}"};`,
  ].join("\n");
}

/** The words as names of commands alone, and of all kinds at once. */
function wordSources(): Sources {
  const all = `name: ${JSON.stringify(hostileNames)}`;
  const entity = "string constructor = 1 [(sessionstream.v1.entity_id) = true];";
  return {
    "words/commands.proto": `${head("WordCommands", "words.commands")}
message Payload { option (sessionstream.v1.command) = {${all}}; }`,
    "words/kinds.proto": `${head("Words", "words.kinds")}
message Payload {
  option (sessionstream.v1.command) = {${all.replaceAll(/"(?=\w)/g, '"Words')} emits: ["delete", "constructor"]};
  option (sessionstream.v1.event) = {${all} version: 2 ui: ["delete"] timeline: ["class", "class"]};
  option (sessionstream.v1.ui_event) = {${all}};
  option (sessionstream.v1.timeline_entity) = {${all}};
  option (sessionstream.v1.run) = {${all.replaceAll(/"(?=\w)/g, '"Words')} emits: ["delete", "run"]};
  ${entity}
}`,
    "words/superseded.proto": `${head("SupersededWords", "words.superseded")}
message Payload { option (sessionstream.v1.event) = {${all.replaceAll(/"(?=\w)/g, '"Superseded')} version: 3 superseded_by: "today"}; }
message Today { option (sessionstream.v1.event) = {name: "today" version: 100}; }`,
  };
}

/** Logical names that are what the generator itself exports, or that are one name in camel case. */
const exportClashes: Sources = {
  "clashes.proto": `${head("Clash", "")}
message Own {
  option (sessionstream.v1.command) = {name: ["clash", "registerClash", "ClashHandlers", "ClashEvent", "ClashClient"]};
  option (sessionstream.v1.event) = {name: ["ClashUiProjection", "handleClashCommand", "projectClashUi", "clashFeature", "ClashEventCommand"]};
  option (sessionstream.v1.ui_event) = {name: ["ClashClientCommand", "Clash", "OwnSchema"]};
  option (sessionstream.v1.run) = {name: ["ClashRuns", "ClashRunContext", "ClashRunEnd", "runClash", "endClashRun", "ClashHandlersCommand", "Clash", "ClashRun"]};
}
message Case {
  option (sessionstream.v1.command) = {name: ["ClashFooBar", "ClashFoo_bar", "Clash_FooBar", "fooBar", "ClashfooBar", "Clash1", "Clash"]};
  option (sessionstream.v1.event) = {name: ["ClashURLOpened", "ClashUrlOpened", "ClashUI", "Clash_", "Clash__a"]};
}
message OwnSchema { option (sessionstream.v1.event) = {name: "ClashOwn"}; }
message Past {
  option (sessionstream.v1.event) = {name: ["ClashUpcasts", "ClashOldEvent", "upcastClash", "ClashGo", "Clash_go"] superseded_by: "ClashOwn"};
}
message Own_Inner { option (sessionstream.v1.event) = {}; message Schema { option (sessionstream.v1.command) = {}; } }`,
};

/** Every combination of having and not having commands, events, UI events, entities and runs. */
function emptiness(): Sources {
  const parts = [
    "message C { option (sessionstream.v1.command) = {}; }",
    "message E { option (sessionstream.v1.event) = {}; }",
    "message U { option (sessionstream.v1.ui_event) = {}; }",
    "message T { option (sessionstream.v1.timeline_entity) = {}; int64 id = 1 [(sessionstream.v1.entity_id) = true]; }",
    "message R { option (sessionstream.v1.run) = {}; }",
  ];
  return Object.fromEntries(
    Array.from({ length: 32 }, (_, bits) => {
      const body = parts.filter((_part, bit) => bits & (1 << bit));
      return [`empty/some${bits}.proto`, [head(`Some${bits}`, `empty.some${bits}`), ...body].join("\n")];
    }),
  );
}

const oddities: Sources = {
  // Comments that would end the comment, be a directive, or be a tag.
  "comments.proto": `${head("Comments", "comments")}
// */ export const hacked = 1; /*
message A { option (sessionstream.v1.command) = {}; }
// @ts-expect-error
message B { option (sessionstream.v1.command) = {}; }\r
// Carriage\r
// returns, \u{1F600}, \u2028 and {@link nothing @deprecated\r
message C { option (sessionstream.v1.command) = {}; }
/* @ts-ignore */
message D { option (sessionstream.v1.event) = {}; option deprecated = true; }
/**
 * @type {never} \`\${x}\` \\u002a/
 */
message E { option (sessionstream.v1.event) = {}; }`,
  "very/deep/package/of/any/depth/x.y-z.proto": `${head("Deep", "very.deep.package.of.any.depth.v1")}
message StartedEvent { option (sessionstream.v1.event) = {ui: ["BoundStarted"]}; Outer.InnerEvent.LeafCommand leaf = 1; }
message Outer { message InnerEvent { option (sessionstream.v1.event) = {}; message LeafCommand { option (sessionstream.v1.command) = {emits: ["DeepStarted", "NonePackageStarted"]}; } } }`,
  "none.proto": `${head("NonePackage", "")}
message StartedEvent { option (sessionstream.v1.event) = {ui: ["BoundStarted"] timeline: ["Proto2Kept", "BoundKept"]}; }`,
  "bound.proto": `${head("Bound", "bound", ["very/deep/package/of/any/depth/x.y-z.proto", "none.proto", "google/protobuf/timestamp.proto", "google/protobuf/empty.proto"])}
option (sessionstream.v1.bind) = {message: "very.deep.package.of.any.depth.v1.StartedEvent" ui_event: {name: "BoundStarted"}};
option (sessionstream.v1.bind) = {message: "StartedEvent" event: {name: "BoundStarted" timeline: "BoundKept"}};
option (sessionstream.v1.bind) = {message: "google.protobuf.Timestamp" timeline_entity: {name: "BoundKept"} entity_id: "seconds"};
option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" command: {emits: "BoundStarted"} run: {emits: ["BoundStarted", "DeepStarted"] retries: 2}};
option (sessionstream.v1.bind) = {message: "google.protobuf.Empty" event: {name: "BoundEmptied" superseded_by: "BoundStarted"}};`,
  "proto2.proto": `${head("Proto2", "proto.two").replace("proto3", "proto2")}
message GoCommand { option (sessionstream.v1.command) = {}; required string class = 1; optional int32 n = 2 [default = 7]; }
message KeptEntity {
  option (sessionstream.v1.timeline_entity) = {};
  required string kept_id = 1 [(sessionstream.v1.entity_id) = true];
  optional group Part = 2 { option (sessionstream.v1.event) = {}; optional string a = 1; }
  extensions 100 to 200;
}`,
  "editions.proto": `${head("Edition23", "editions.e23").replace('syntax = "proto3"', 'edition = "2023"')}
message WideEntity { option (sessionstream.v1.timeline_entity) = {}; uint64 wide_id = 1 [(sessionstream.v1.entity_id) = true, jstype = JS_STRING]; }
message Wide2Entity { option (sessionstream.v1.timeline_entity) = {}; fixed64 wide_id = 1 [(sessionstream.v1.entity_id) = true]; }
message NarrowEntity { option (sessionstream.v1.timeline_entity) = {}; sint32 id = 1 [(sessionstream.v1.entity_id) = true]; }`,
  "editions24.proto": `${head("Edition24", "editions.e24").replace('syntax = "proto3"', 'edition = "2024"').replace("import ", "import option ")}
message GoCommand { option (sessionstream.v1.command) = {}; string id = 1; }`,
};
