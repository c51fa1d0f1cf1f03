/** Freezes a value that is ours, with everything in it but bytes, which cannot be frozen. Returns it. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) freeze(each);
  return value;
}

/**
 * Whether payloads are frozen where nobody says otherwise: unless NODE_ENV is `production`. Bundlers for browsers
 * replace the expression. Where they did not and there is no `process`, nothing says that this is production.
 */
export function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== "production";
  } catch {
    return true;
  }
}

/** What to add to the message of an error that a write to something frozen threw in `whose` code. "" for other errors. */
export function howToMend(thrown: unknown, whose: string): string {
  if (!(thrown instanceof TypeError) || !isWrite.test(thrown.message)) return "";
  return `: what ${whose} are given is immutable, so change a copy: [...list], { ...message }, or what clone() of protobuf-es makes`;
}

/** In the words of V8, SpiderMonkey and JavaScriptCore. */
const isWrite = /read-?\s?only|not extensible|(can't|cannot|unable to) (be )?delete/i;
