import { kinds, type Place, type SchemaModel } from "../model/index.js";

/** Where a name is declared, as whatever kind. */
export function declaredAt({ names }: SchemaModel, name: string): readonly Place[] {
  return kinds.flatMap((kind) => names[kind].get(name) ?? []).map((use) => use.name.place);
}
