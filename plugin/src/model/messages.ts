import type { DescFile, DescMessage } from "@bufbuild/protobuf";

/** The messages of a file. Each message comes before its nested messages. */
export function messagesIn(file: DescFile): readonly DescMessage[] {
  const withNested = (message: DescMessage): DescMessage[] => [message, ...message.nestedMessages.flatMap(withNested)];
  return file.messages.flatMap(withNested);
}

/** The messages of a file and of all its direct and indirect imports, by full name. */
export function visibleMessages(file: DescFile): ReadonlyMap<string, DescMessage> {
  const files = new Set([file]);
  // The set grows while the loop runs. So the loop reaches every import, once.
  for (const { dependencies } of files) for (const dependency of dependencies) files.add(dependency);
  return new Map([...files].flatMap(messagesIn).map((message) => [message.typeName, message]));
}
