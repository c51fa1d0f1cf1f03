import { type Location, readModel, type SchemaModel } from "@sessionstream/plugin/model";
import { vet } from "@sessionstream/plugin/vet";
import type { Finding } from "../findings/finding.js";
import { isBufLintIgnored } from "./buf-lint-ignore.js";
import { compileProtos } from "./compile.js";

/** The model of the proto files, and the findings in them. */
export interface CheckedProtos {
  readonly model: SchemaModel;
  readonly findings: readonly Finding[];
  /** The paths of the checked files. */
  readonly files: readonly string[];
}

/**
 * Compiles the proto files of a folder or an image and vets them.
 *
 * @throws {CannotRun} BUF_NOT_FOUND or PROTO_DOES_NOT_COMPILE
 */
export async function checkProtos(input: string, cwd: string): Promise<CheckedProtos> {
  const { files, own } = await compileProtos(input, cwd);
  const model = readModel(files);
  const findings = vet(model)
    // The maintainers of a dependency handle the findings in it.
    .filter(({ location, related }) => [location, ...related].some(({ file }) => own.has(file)))
    .filter(({ location: { file, path }, ruleId }) => !isBufLintIgnored(file, path, ruleId))
    .map(({ ruleId, message, location, related }) => ({
      ruleId,
      message,
      ...shown(location),
      related: related.map(shown),
    }));
  return { model, findings, files: [...own].map(({ proto }) => proto.name) };
}

function shown({ file, line, column }: Location): { path: string; line: number; column: number } {
  return { path: file.proto.name, line, column };
}
