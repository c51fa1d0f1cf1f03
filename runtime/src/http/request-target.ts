/**
 * Whether a raw request target names one path only, whoever reads it: it begins with
 * one `/`, is printable ASCII, and has no empty or dot segments, backslashes or
 * fragments. A URL parser makes another path of those (of `//x/api` the path `/api`,
 * of `/a/../api` too), so that a router's guard and a handler behind it would not see
 * the same one.
 */
export function isPlainTarget(target: string): boolean {
  const [path = ""] = target.split("?", 1);
  // All that is printable in ASCII, but for `#` and `\`.
  if (!/^\/[!"$-[\]-~]*$/.test(path)) return false;
  const segments = path.slice(1).split("/");
  return segments.every((segment, index) => {
    // The last one is empty where the path ends with a slash.
    if (segment === "") return index === segments.length - 1;
    return !/^(\.|%2e){1,2}$/i.test(segment);
  });
}

/** The path that a URL parser makes of a target, with all that it undoes; undefined where it makes none. */
export function pathOf(target: string): string | undefined {
  const base = "http://localhost";
  return URL.canParse(target, base) ? new URL(target, base).pathname : undefined;
}
