import type { DescMessage } from "@bufbuild/protobuf";
import { type RejectionOptions, RejectionOptionsSchema } from "@sessionstream/proto/sessionstream/v1/options_pb.js";
import type { Location } from "./location.js";
import { visibleMessages } from "./messages.js";
import type { RejectionMark } from "./model.js";

/** Reads what a command is rejected with, and finds the messages of the details. `location` is that of the list. */
export function readRejections(
  rejects: readonly RejectionOptions[],
  message: DescMessage,
  location: Location,
): readonly RejectionMark[] {
  if (rejects.length === 0) return [];
  const { file } = location;
  // A bound message is of another file, and the names are written in this one.
  const scope = message.file === file ? message.typeName : file.proto.package;
  const types = visibleMessages(file);
  return rejects.map(({ code, detail: name }, index) => {
    const rejection = location.below(index);
    const detail = {
      name,
      message: findMessage(types, scope, name),
      location: rejection.below(RejectionOptionsSchema.field.detail.number),
    };
    return {
      code,
      codeLocation: rejection.below(RejectionOptionsSchema.field.code.number),
      detail: name === "" ? undefined : detail,
    };
  });
}

/** Finds a message by its name like protobuf: in the scope, then in each scope around it. */
function findMessage(types: ReadonlyMap<string, DescMessage>, scope: string, name: string): DescMessage | undefined {
  if (name.startsWith(".")) return types.get(name.slice(1));
  const parts = scope === "" ? [] : scope.split(".");
  for (let length = parts.length; length >= 0; length--) {
    const found = types.get([...parts.slice(0, length), name].join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}
