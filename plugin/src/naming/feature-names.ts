import type { DescFile } from "@bufbuild/protobuf";

/** Whether a feature's name is well-formed: a capitalised identifier. */
export function isFeatureName(name: string): boolean {
  return /^[A-Z][A-Za-z0-9_]*$/.test(name);
}

/**
 * The name to suggest for a file that is no feature, in capitalised words: the last
 * part of the package that is not a version, or else the file's name.
 */
export function suggestFeatureName({ proto }: DescFile): string {
  const words = proto.package.split(".").filter((part) => !/^v\d+\w*$/.test(part));
  const base = words.at(-1) || proto.name.replace(/^.*\//, "").replace(/\.proto$/, "");
  const name = base.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
  return isFeatureName(name) ? name : `Feature${name}`;
}
