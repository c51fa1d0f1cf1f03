import type { DescExtension, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";

/**
 * Where something is written: a file and a path in it. Paths are those of
 * `google.protobuf.SourceCodeInfo.Location`: field numbers and indices, from the
 * FileDescriptorProto down.
 */
export interface Place {
  readonly file: DescFile;
  readonly path: readonly number[];
  /** The path of the message or field that it belongs to; empty for the file itself. */
  readonly element: readonly number[];
}

// Field numbers of google/protobuf/descriptor.proto.
const fileMessageType = 4;
const fileExtension = 7;
const messageField = 2;
const messageNestedType = 3;
const messageExtension = 6;
const optionsOf = { file: 8, message: 7, field: 8, extension: 8 } as const;

type Element = DescFile | DescMessage | DescField | DescExtension;

/** The place of a file, a message or a field. */
export function placeOf(desc: Element): Place {
  const file = desc.kind === "file" ? desc : desc.kind === "field" ? desc.parent.file : desc.file;
  const path = pathOf(desc);
  return { file, path, element: path };
}

/** The place of an option of a file, a message or a field. */
export function optionPlaceOf(desc: Element, option: DescExtension): Place {
  return below(placeOf(desc), optionsOf[desc.kind], option.number);
}

/** A place further down in the same option. */
export function below(place: Place, ...path: readonly number[]): Place {
  return { ...place, path: [...place.path, ...path] };
}

function pathOf(desc: Element): readonly number[] {
  switch (desc.kind) {
    case "file":
      return [];
    case "field":
      return [...pathOf(desc.parent), messageField, desc.parent.proto.field.indexOf(desc.proto)];
    case "message":
      return desc.parent === undefined
        ? [fileMessageType, desc.file.proto.messageType.indexOf(desc.proto)]
        : [...pathOf(desc.parent), messageNestedType, desc.parent.proto.nestedType.indexOf(desc.proto)];
    case "extension":
      return desc.parent === undefined
        ? [fileExtension, desc.file.proto.extension.indexOf(desc.proto)]
        : [...pathOf(desc.parent), messageExtension, desc.parent.proto.extension.indexOf(desc.proto)];
  }
}
