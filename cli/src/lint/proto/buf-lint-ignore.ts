import type { DescFile } from "@bufbuild/protobuf";

/**
 * Whether a comment on the place, or on what it is in, says
 * `buf:lint:ignore RULE_ID` on a line of its own, as buf has it for its rules.
 */
export function isIgnored(file: DescFile, path: readonly number[], ruleId: string): boolean {
  const locations = file.proto.sourceCodeInfo?.location ?? [];
  const wanted = new RegExp(`^\\s*buf:lint:ignore\\s+${ruleId}\\s*$`, "m");
  return locations.some(
    (location) =>
      wanted.test(location.leadingComments) &&
      location.path.length <= path.length &&
      location.path.every((step, index) => step === path[index]),
  );
}
