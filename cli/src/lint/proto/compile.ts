import { createFileRegistry, type DescFile, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorSet, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { shownPath } from "../../shell/paths.js";
import { runBuf } from "./buf.js";

/** Proto files as buf compiled them. */
export interface CompiledProtos {
  /** All of them, with what they import. Those of the input are named by the path that the user can open. */
  readonly files: readonly DescFile[];
  /** Those that are the input's own. */
  readonly own: ReadonlySet<DescFile>;
}

/** Compiles a folder or an image with buf; writes nothing. Throws CannotRun. */
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
  // The names that buf gives are relative to the module. All that is said about
  // a file names it by its descriptor, so that is where its path goes. In an
  // image, no file has a path, and the name is all there is.
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
  /** Where it is, as seen from the working directory; empty in an image. */
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
