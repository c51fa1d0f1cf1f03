import { create, type DescEnum, type DescFile, type DescMessage, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

interface Used {
  readonly messages: Set<DescMessage>;
  readonly enums: Set<DescEnum>;
}

/**
 * A google.protobuf.FileDescriptorSet with a message and all that its fields refer to, and
 * nothing else. The files are in an order in which each comes after those that it imports.
 */
export function descriptorSetOf(message: DescMessage): Uint8Array {
  const used = new Map<DescFile, Used>();
  visit(message, used);
  const files: FileDescriptorProto[] = [];
  const written = new Set<DescFile>();
  const write = (file: DescFile) => {
    if (written.has(file)) return;
    written.add(file);
    for (const dependency of file.dependencies) write(dependency);
    const parts = used.get(file);
    if (parts !== undefined) files.push(protoOf(file, parts, used));
  };
  for (const file of used.keys()) write(file);
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: files }));
}

function visit(message: DescMessage, used: Map<DescFile, Used>): void {
  const top = topOf(message);
  const { messages } = partsOf(top.file, used);
  if (messages.has(top)) return;
  messages.add(top);
  visitFields(top, used);
}

function visitFields(message: DescMessage, used: Map<DescFile, Used>): void {
  for (const field of message.fields) {
    if (field.message !== undefined) visit(field.message, used);
    if (field.enum === undefined) continue;
    const { parent } = field.enum;
    if (parent === undefined) partsOf(field.enum.file, used).enums.add(field.enum);
    else visit(parent, used);
  }
  for (const nested of message.nestedMessages) visitFields(nested, used);
}

function topOf(message: DescMessage): DescMessage {
  return message.parent === undefined ? message : topOf(message.parent);
}

function partsOf(file: DescFile, used: Map<DescFile, Used>): Used {
  const found = used.get(file) ?? { messages: new Set(), enums: new Set() };
  used.set(file, found);
  return found;
}

function protoOf(file: DescFile, { messages, enums }: Used, used: ReadonlyMap<DescFile, Used>): FileDescriptorProto {
  const { name, package: packageName, syntax, edition, options } = file.proto;
  return create(FileDescriptorProtoSchema, {
    name,
    package: packageName,
    syntax,
    edition,
    ...(options !== undefined && { options }),
    dependency: [...new Set(importsOf(file))].filter((each) => used.has(each)).map(({ proto }) => proto.name),
    messageType: file.messages.filter((each) => messages.has(each)).map(({ proto }) => withoutExtensions(proto)),
    enumType: file.enums.filter((each) => enums.has(each)).map(({ proto }) => proto),
  });
}

/** What a file imports, also by way of files that import it publicly, and so need not be there. */
function importsOf(file: DescFile): DescFile[] {
  return file.dependencies.flatMap((each) => [each, ...publicImportsOf(each)]);
}

function publicImportsOf({ proto, dependencies }: DescFile): DescFile[] {
  const names = proto.publicDependency.map((index) => proto.dependency[index]);
  const imported = dependencies.filter((each) => names.includes(each.proto.name));
  return imported.flatMap((each) => [each, ...publicImportsOf(each)]);
}

/** Extensions that a message declares say nothing of its own fields, and would need the messages that they extend. */
function withoutExtensions(message: DescriptorProto): DescriptorProto {
  return { ...message, extension: [], nestedType: message.nestedType.map(withoutExtensions) };
}
