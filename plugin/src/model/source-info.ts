import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import type { SourceCodeInfo_Location } from "@bufbuild/protobuf/wkt";
import { pathOf } from "./element-path.js";

// What the compiler noted about the source of a file: the locations of its parts,
// and the comments on them. Some files have no such notes.

/**
 * The line and column where a path of an option begins, counted from 1. The result
 * is the first of these that the compiler noted: the option or list element itself,
 * what contains it, the name of the element that has the option, and 1:1.
 */
export function lineAndColumnOf(
  file: DescFile,
  element: readonly number[],
  path: readonly number[],
): readonly [line: number, column: number] {
  const [line = 0, column = 0] = locate(file, element, path)?.span ?? [];
  return [line + 1, column + 1];
}

/** The comments on a message, without the comment markers. Empty if there are none. */
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
  // Compilers note a location only for the first element of a list literal.
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

/** The compiler notes an option such as `(option).field = …` only below the path of the option. */
function firstBelow(infos: SourceInfo, key: string): SourceCodeInfo_Location | undefined {
  for (const [candidate, info] of infos) if (candidate.startsWith(`${key},`)) return info;
  return undefined;
}

/** The first note on each path. */
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
