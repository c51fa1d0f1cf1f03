import { lowerCamelCase } from "./identifiers.js";

/**
 * The names of the methods for some logical names of a feature, in the same order:
 * in lower camel case, without the feature's name. Names that would clash stay
 * logical names. So the order of declarations does not matter.
 */
export function methodNames(feature: string, names: readonly string[]): readonly string[] {
  const ideal = names.map((name) => lowerCamelCase(withoutFeature(feature, name)));
  const uses = new Map<string, number>();
  for (const name of ideal) uses.set(name, (uses.get(name) ?? 0) + 1);
  return names.map((name, index) => {
    const method = ideal[index] ?? name;
    return uses.get(method) === 1 ? method : name;
  });
}

/** `ChatterStarted` and `Chat2` do not begin with the feature's name `Chat`; `ChatStarted` does. */
function withoutFeature(feature: string, name: string): string {
  const rest = name.startsWith(feature) ? name.slice(feature.length) : "";
  return /^(?:[A-Z]|_+[A-Za-z])/.test(rest) ? rest : name;
}
