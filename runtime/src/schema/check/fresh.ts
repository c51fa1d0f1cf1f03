import { create, type DescMessage } from "@bufbuild/protobuf";

const messages = new WeakMap<DescMessage, Readonly<Record<string, unknown>>>();

/** A message in which nothing is set, not to be changed: it says what its fields then are. */
export function freshOf(schema: DescMessage): Readonly<Record<string, unknown>> {
  let message = messages.get(schema);
  if (message === undefined) {
    message = create(schema) as unknown as Readonly<Record<string, unknown>>;
    messages.set(schema, message);
  }
  return message;
}
