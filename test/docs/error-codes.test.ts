import { expect, test } from "vitest";
import { errorCodes } from "../../runtime/src/base/errors.js";
import { readPages } from "./markdown.js";

test("every error code is in the reference", async () => {
  const reference = (await readPages()).get("docs/reference.md") ?? "";
  expect(errorCodes.length).toBeGreaterThan(20);
  expect(errorCodes.filter((code) => !reference.includes(`\`${code}\``))).toEqual([]);
});
