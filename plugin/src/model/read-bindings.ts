import { type DescFile, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import { type Binding, BindingSchema, bind } from "@sessionstream/proto/sessionstream/v1/options_pb.js";
import { type Kind, kinds } from "../naming/kind.js";
import { idFieldsIn } from "./id-fields.js";
import { type Location, locationOf } from "./location.js";
import { visibleMessages } from "./messages.js";
import type { BindingMark, IdField, Mark } from "./model.js";
import { type KindOptions, readMark } from "./read-mark.js";

const bindingFields = {
  command: BindingSchema.field.command,
  event: BindingSchema.field.event,
  ui_event: BindingSchema.field.uiEvent,
  timeline_entity: BindingSchema.field.timelineEntity,
  run: BindingSchema.field.run,
} as const;

/** Reads the bindings of a file, and the marks that the bindings put on messages. */
export function readBindings(
  desc: DescFile,
  feature: string,
): { bindings: readonly BindingMark[]; marks: readonly Mark[] } {
  if (!hasOption(desc, bind)) return { bindings: [], marks: [] };
  const types = visibleMessages(desc);
  const read = getOption(desc, bind).map((binding, index) => {
    const location = locationOf(desc, bind).below(index);
    return readBinding(binding, location, types.get(binding.message), feature);
  });
  return { bindings: read.map(({ mark }) => mark), marks: read.flatMap(({ marks }) => marks) };
}

function readBinding(
  binding: Binding,
  location: Location,
  message: DescMessage | undefined,
  feature: string,
): { mark: BindingMark; marks: readonly Mark[] } {
  const options: Readonly<Record<Kind, KindOptions | undefined>> = {
    command: binding.command,
    event: binding.event,
    ui_event: binding.uiEvent,
    timeline_entity: binding.timelineEntity,
    run: binding.run,
  };
  const mark: BindingMark = {
    typeName: binding.message,
    message,
    kinds: kinds.filter((kind) => options[kind] !== undefined),
    entityId: binding.entityId,
    location,
    messageLocation: location.below(BindingSchema.field.message.number),
    entityIdLocation: location.below(BindingSchema.field.entityId.number),
  };
  if (message === undefined) return { mark, marks: [] };
  const idFields = boundIdFields(mark, message);
  const marks = kinds.flatMap((kind) => {
    const given = options[kind];
    if (given === undefined) return [];
    const kindLocation = location.below(bindingFields[kind].number);
    return [readMark(given, { kind, message, feature, location: kindLocation, idFields, binding: mark })];
  });
  return { mark, marks };
}

/** The id field that the binding names, or else the fields that the message itself marks. */
function boundIdFields(binding: BindingMark, message: DescMessage): readonly IdField[] {
  if (binding.entityId === "") return idFieldsIn(message.fields);
  return message.fields
    .filter((field) => field.name === binding.entityId)
    .map((field) => ({ field, location: binding.entityIdLocation }));
}
