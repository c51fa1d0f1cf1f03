import type { Location } from "./location.js";
import type { SchemaModel } from "./model.js";

/** The locations where features retire an event of that name. */
export function retiredAt({ files }: SchemaModel, name: string): readonly Location[] {
  const all = files.flatMap(({ feature }) => feature?.retired ?? []);
  return all.filter((retired) => retired.name === name).map(({ location }) => location);
}
