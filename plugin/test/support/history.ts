/** Messages of the feature `T` whose events have versions and successors. */
export const historyProto = `// It went.
message WentEvent { option (sessionstream.v1.event) = {version: 3}; }
message OlderEvent { option (sessionstream.v1.event) = {version: 2 superseded_by: "TWent"}; }
// Long ago.
message OldestEvent { option (sessionstream.v1.event) = {superseded_by: "TOlder"}; option deprecated = true; }
message OtherEvent { option (sessionstream.v1.event) = {superseded_by: "TPlain"}; }
message PlainEvent { option (sessionstream.v1.event) = {version: 1}; }
message GoCommand { option (sessionstream.v1.command) = {}; }`;
