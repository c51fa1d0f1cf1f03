import type { DescFile, DescMessage } from "@bufbuild/protobuf";

/** The messages of a file, each before those that are nested in it. */
export function messagesIn(file: DescFile): readonly DescMessage[] {
  const withNested = (message: DescMessage): DescMessage[] => [message, ...message.nestedMessages.flatMap(withNested)];
  return file.messages.flatMap(withNested);
}

/** The messages of a file and of all that it imports, directly or not, by full name. */
export function visibleMessages(file: DescFile): ReadonlyMap<string, DescMessage> {
  const files = new Set([file]);
  // A set that grows while it is walked reaches all imports, each once.
  for (const { dependencies } of files) for (const dependency of dependencies) files.add(dependency);
  return new Map([...files].flatMap(messagesIn).map((message) => [message.typeName, message]));
}
