import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";
import { type Place, placeOf } from "./place.js";

/** A position in a source file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * The position of a place, as exact as the file's source info allows: the very
 * option or list element, else what contains it, else the name of the message
 * or field, else 1:1.
 */
export function positionOf(place: Place): Position {
  const location = locate(place);
  const [line = 0, column = 0] = location?.span ?? [];
  return { line: line + 1, column: column + 1 };
}

/** `path:line:col` of a place. */
export function formatPlace(place: Place): string {
  const { line, column } = positionOf(place);
  return `${place.file.proto.name}:${line}:${column}`;
}

/** The comments on a place, without the markers; empty where there are none. */
export function commentsAt(place: Place): string {
  const location = locationsOf(place.file).get(place.path.join());
  return [location?.leadingComments, location?.trailingComments]
    .map((comment = "") => comment.replaceAll("\r\n", "\n").replace(/\n$/, ""))
    .filter((comment) => comment !== "")
    .join("\n\n")
    .replaceAll(/^ /gm, "");
}

/** The comments on a message. */
export function commentsOf(message: DescMessage): string {
  return commentsAt(placeOf(message));
}

function locate({ file, path, element }: Place): SourceCodeInfo_Location | undefined {
  const locations = locationsOf(file);
  const option = element.length + 2;
  // Compilers give only the first element of a list literal a location.
  for (let index = path.at(-1) ?? 0; index >= 0 && path.length > option; index--) {
    const found = locations.get([...path.slice(0, -1), index].join());
    if (found !== undefined) return found;
  }
  for (let length = path.length; length >= option; length--) {
    const key = path.slice(0, length).join();
    const found = locations.get(key) ?? firstBelow(locations, key);
    if (found !== undefined) return found;
  }
  return locations.get([...element, 1].join()) ?? locations.get(element.join());
}

/** An option that is written as `(option).field = …` has a location below its own path only. */
function firstBelow(locations: Locations, key: string): SourceCodeInfo_Location | undefined {
  for (const [candidate, location] of locations) if (candidate.startsWith(`${key},`)) return location;
  return undefined;
}

type Locations = ReadonlyMap<string, SourceCodeInfo_Location>;

const indexed = new WeakMap<DescFile, Locations>();

function locationsOf(file: DescFile): Locations {
  let locations = indexed.get(file);
  if (locations === undefined) {
    const byPath = new Map<string, SourceCodeInfo_Location>();
    for (const location of file.proto.sourceCodeInfo?.location ?? []) {
      const key = location.path.join();
      if (!byPath.has(key)) byPath.set(key, location);
    }
    locations = byPath;
    indexed.set(file, locations);
  }
  return locations;
}
