import { type DescFile, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import {
  command,
  event,
  FeatureOptionsSchema,
  feature,
  run,
  timeline_entity,
  ui_event,
} from "@sessionstream/proto/sessionstream/v1/options_pb.js";
import { kinds } from "../naming/kind.js";
import { idFieldsIn } from "./id-fields.js";
import { locationOf } from "./location.js";
import { messagesIn } from "./messages.js";
import type { FeatureMark, Mark, SchemaFile } from "./model.js";
import { readBindings } from "./read-bindings.js";
import { readMark } from "./read-mark.js";

const kindOptions = { command, event, ui_event, timeline_entity, run } as const;

/** Reads the annotations of a file. Returns undefined if the file has none. */
export function readFile(desc: DescFile): SchemaFile | undefined {
  const featureMark = readFeature(desc);
  const featureName = featureMark?.name ?? "";
  const messages = messagesIn(desc);
  const idFields = idFieldsIn([
    ...messages.flatMap((message) => [...message.fields, ...message.nestedExtensions]),
    ...desc.extensions,
  ]);
  const { bindings, marks: boundMarks } = readBindings(desc, featureName);
  const marks = [...messages.flatMap((message) => readMessage(message, featureName)), ...boundMarks];
  if (featureMark === undefined && marks.length + bindings.length + idFields.length === 0) return undefined;
  return { desc, feature: featureMark, marks, bindings, idFields };
}

function readFeature(desc: DescFile): FeatureMark | undefined {
  if (!hasOption(desc, feature)) return undefined;
  const { name, retired, timelineVersion = 1 } = getOption(desc, feature);
  const location = locationOf(desc, feature);
  const { field } = FeatureOptionsSchema;
  return {
    name,
    location,
    nameLocation: location.below(field.name.number),
    retired: retired.map((name, index) => ({ name, location: location.below(field.retired.number, index) })),
    timelineVersion,
    timelineVersionLocation: location.below(field.timelineVersion.number),
  };
}

function readMessage(message: DescMessage, featureName: string): readonly Mark[] {
  if (message.proto.options === undefined) return [];
  const idFields = idFieldsIn(message.fields);
  return kinds
    .filter((kind) => hasOption(message, kindOptions[kind]))
    .map((kind) => {
      const option = kindOptions[kind];
      const location = locationOf(message, option);
      return readMark(getOption(message, option), { kind, message, feature: featureName, location, idFields });
    });
}
