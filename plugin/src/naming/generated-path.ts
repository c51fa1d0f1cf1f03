import type { DescFile } from "@bufbuild/protobuf";

/** The path of the file that is generated for a proto file, without its extension. */
export function generatedPath(file: DescFile): string {
  return `${file.name}_sessionstream`;
}
