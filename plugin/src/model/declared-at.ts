import { kinds } from "../naming/kind.js";
import type { Location } from "./location.js";
import type { SchemaModel } from "./model.js";

/** The locations where a name is declared, of any kind. */
export function declaredAt({ names }: SchemaModel, name: string): readonly Location[] {
  return kinds.flatMap((kind) => names[kind].get(name) ?? []).map((use) => use.name.location);
}
