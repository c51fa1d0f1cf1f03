import type { DescExtension, DescField, DescFile, DescMessage } from "@bufbuild/protobuf";

// Paths as in google.protobuf.SourceCodeInfo.Location: the field numbers of
// google/protobuf/descriptor.proto and indices, from the FileDescriptorProto down.

const fileMessageType = 4;
const fileExtension = 7;
const messageField = 2;
const messageNestedType = 3;
const messageExtension = 6;
const optionsOf = { file: 8, message: 7, field: 8, extension: 8 } as const;

/** A part of a file that can have options. */
export type Element = DescFile | DescMessage | DescField | DescExtension;

/** The file that declares an element, or the element itself if it is a file. */
export function fileOf(element: Element): DescFile {
  if (element.kind === "file") return element;
  return element.kind === "field" ? element.parent.file : element.file;
}

/** The path of an element in its file. Empty for the file itself. */
export function pathOf(element: Element): readonly number[] {
  switch (element.kind) {
    case "file":
      return [];
    case "field":
      return [...pathOf(element.parent), messageField, element.parent.proto.field.indexOf(element.proto)];
    case "message":
      return element.parent === undefined
        ? [fileMessageType, element.file.proto.messageType.indexOf(element.proto)]
        : [...pathOf(element.parent), messageNestedType, element.parent.proto.nestedType.indexOf(element.proto)];
    case "extension":
      return element.parent === undefined
        ? [fileExtension, element.file.proto.extension.indexOf(element.proto)]
        : [...pathOf(element.parent), messageExtension, element.parent.proto.extension.indexOf(element.proto)];
  }
}

/** The path from an element to one of its options. */
export function pathToOption(element: Element, option: DescExtension): readonly number[] {
  return [optionsOf[element.kind], option.number];
}
