import type { DescFile } from "@bufbuild/protobuf";
import type { Rule } from "../rule.js";

export const featureRequired: Rule = {
  id: "SESSIONSTREAM_FEATURE_REQUIRED",
  purpose: "A file that marks messages is a feature.",
  check({ files }, report) {
    for (const { desc, feature, marks, bindings } of files) {
      const first = marks[0] ?? bindings[0];
      if (feature !== undefined || first === undefined) continue;
      report(
        first.place,
        `messages are marked and the file is no feature: write option (sessionstream.v1.feature) = {name: "${suggestName(desc)}"};`,
      );
    }
  },
};

/** The last part of the package that is not a version, or the file's name, in capitalised words. */
function suggestName({ proto }: DescFile): string {
  const words = proto.package.split(".").filter((part) => !/^v\d+\w*$/.test(part));
  const base = words.at(-1) || proto.name.replace(/^.*\//, "").replace(/\.proto$/, "");
  const name = base.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
  return /^[A-Z]/.test(name) ? name : `Feature${name}`;
}
