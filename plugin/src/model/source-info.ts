import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";
import { pathOf } from "./element-path.js";

// What the compiler noted about the source of a file: where its parts are
// written, and the comments on them. A file may have none of it.

/**
 * Where a path of an option begins, counted from 1: the very option or list
 * element, else what contains it, else the name of the element that it is
 * written on, else 1:1.
 */
export function lineAndColumnOf(
  file: DescFile,
  element: readonly number[],
  path: readonly number[],
): readonly [line: number, column: number] {
  const [line = 0, column = 0] = locate(file, element, path)?.span ?? [];
  return [line + 1, column + 1];
}

/** The comments on a message, without the markers; empty where there are none. */
export function commentsOf(message: DescMessage): string {
  const info = sourceInfoOf(message.file).get(pathOf(message).join());
  return [info?.leadingComments, info?.trailingComments]
    .map((comment = "") => comment.replaceAll("\r\n", "\n").replace(/\n$/, ""))
    .filter((comment) => comment !== "")
    .join("\n\n")
    .replaceAll(/^ /gm, "");
}

function locate(
  file: DescFile,
  element: readonly number[],
  path: readonly number[],
): SourceCodeInfo_Location | undefined {
  const infos = sourceInfoOf(file);
  const option = element.length + 2;
  // Compilers give only the first element of a list literal a location.
  for (let index = path.at(-1) ?? 0; index >= 0 && path.length > option; index--) {
    const found = infos.get([...path.slice(0, -1), index].join());
    if (found !== undefined) return found;
  }
  for (let length = path.length; length >= option; length--) {
    const key = path.slice(0, length).join();
    const found = infos.get(key) ?? firstBelow(infos, key);
    if (found !== undefined) return found;
  }
  return infos.get([...element, 1].join()) ?? infos.get(element.join());
}

/** An option that is written as `(option).field = …` has a location below its own path only. */
function firstBelow(infos: SourceInfo, key: string): SourceCodeInfo_Location | undefined {
  for (const [candidate, info] of infos) if (candidate.startsWith(`${key},`)) return info;
  return undefined;
}

/** What is noted of each path; of several notes on one, the first. */
type SourceInfo = ReadonlyMap<string, SourceCodeInfo_Location>;

const indexed = new WeakMap<DescFile, SourceInfo>();

function sourceInfoOf(file: DescFile): SourceInfo {
  let infos = indexed.get(file);
  if (infos === undefined) {
    const byPath = new Map<string, SourceCodeInfo_Location>();
    for (const info of file.proto.sourceCodeInfo?.location ?? []) {
      const key = info.path.join();
      if (!byPath.has(key)) byPath.set(key, info);
    }
    infos = byPath;
    indexed.set(file, infos);
  }
  return infos;
}
