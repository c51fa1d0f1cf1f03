import { createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { shownPath } from "../../shell/paths.js";
import { runBuf } from "./buf.js";

/** Proto files that buf has compiled. */
export interface CompiledProtos {
  /** All files and their imports. The name of an input file is the path that the user can open. */
  readonly files: readonly DescFile[];
  /** The files of the input itself. */
  readonly own: ReadonlySet<DescFile>;
}

/**
 * Compiles a folder or an image with buf. Writes nothing.
 *
 * @throws {CannotRun} BUF_NOT_FOUND or PROTO_DOES_NOT_COMPILE
 */
export async function compileProtos(input: string, cwd: string): Promise<CompiledProtos> {
  const [image, listing] = await Promise.all([
    runBuf(["build", input, "--output", "-#format=binpb"], cwd),
    runBuf(["ls-files", input, "--include-imports", "--format", "json"], cwd),
  ]);
  const listed = String(listing)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ListedFile);
  const own = listed.filter((file) => !file.is_import);
  // buf names files relative to their module. Messages take the name of a file
  // from its descriptor. So the descriptor gets the path. In an image, files have no
  // paths, and they keep their names.
  const paths = new Map(
    own.filter(({ path }) => path !== "").map(({ import_path, path }) => [import_path, shown(path, cwd)]),
  );
  const set = fromBinary(FileDescriptorSetSchema, image);
  rename(set, paths);
  const ownNames = new Set(own.map(({ import_path }) => paths.get(import_path) ?? import_path));
  const files = [...createFileRegistry(set).files];
  return { files, own: new Set(files.filter(({ proto }) => ownNames.has(proto.name))) };
}

/** A line of `buf ls-files --format json`. */
interface ListedFile {
  /** The path from the working directory. Empty in an image. */
  readonly path: string;
  readonly import_path: string;
  readonly is_import: boolean;
}

function shown(path: string, cwd: string): string {
  return path.startsWith("/") ? shownPath(path, cwd) : path.replaceAll("\\", "/");
}

function rename(set: FileDescriptorSet, paths: ReadonlyMap<string, string>): void {
  for (const file of set.file) {
    file.name = paths.get(file.name) ?? file.name;
    file.dependency = file.dependency.map((name) => paths.get(name) ?? name);
  }
}
