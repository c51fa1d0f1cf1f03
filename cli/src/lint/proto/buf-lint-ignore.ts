import type { DescFile } from "@bufbuild/protobuf";

/**
 * Whether a comment says `buf:lint:ignore RULE_ID` on a line of its own. The comment
 * may be on the place itself, or on something that contains the place. buf reads the
 * same comment for its own rules.
 */
export function isBufLintIgnored(file: DescFile, path: readonly number[], ruleId: string): boolean {
  const locations = file.proto.sourceCodeInfo?.location ?? [];
  const wanted = new RegExp(`^\\s*buf:lint:ignore\\s+${ruleId}\\s*$`, "m");
  return locations.some(
    (location) =>
      wanted.test(location.leadingComments) &&
      location.path.length <= path.length &&
      location.path.every((step, index) => step === path[index]),
  );
}
