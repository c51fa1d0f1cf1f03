import { expect, test } from "vitest";
import { generatedCode } from "../support/run.js";

const code = generatedCode(`// The first line.\r
//   Indented, */ and "quoted"\r
message GoCommand { // Trailing.
  option (sessionstream.v1.command) = {}; }
// @ts-expect-error
message WentEvent { option (sessionstream.v1.event) = {}; option deprecated = true; }
message PlainEvent { option (sessionstream.v1.event) = {}; }`);

test("a descriptor has the message's comments, where it comes from, and whether it is deprecated", () => {
  expect(code).toContain(`/**
 * The first line.
 *   Indented, *\\/ and "quoted"
 *
 * Trailing.
 *
 * @generated from message t.v1.GoCommand
 */
export const TGo`);
  expect(code).toContain(`/**
 * @ts-expect-error
 *
 * @generated from message t.v1.WentEvent
 * @deprecated
 */
export const TWent`);
});

test("a method has the message's comments, never as a directive", () => {
  expect(code).toContain(`  /**
   * @ts-expect-error
   *
   * @deprecated
   */
  went: UiProjector`);
  expect(code).toContain("DescUiEvent>;\n  plain: UiProjector");
});
