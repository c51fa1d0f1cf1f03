import { expect, test } from "vitest";
import { terminalOf } from "../../src/shell/terminal.js";

test("only terminals that want styles get them", () => {
  const isStyled = (isTTY: boolean, env: Record<string, string>): boolean =>
    terminalOf({ isTTY, columns: 80 }, env).styled;
  expect(isStyled(true, {})).toBe(true);
  expect(isStyled(false, {})).toBe(false);
  expect(isStyled(true, { NO_COLOR: "1" })).toBe(false);
  expect(isStyled(true, { TERM: "dumb" })).toBe(false);
  expect(isStyled(false, { FORCE_COLOR: "1" })).toBe(true);
});

test("the width is the terminal's, within what one can read", () => {
  const widthOf = (columns: number | undefined, env = {}): number =>
    terminalOf(columns === undefined ? {} : { isTTY: true, columns }, env).width;
  expect([widthOf(72), widthOf(400), widthOf(5), widthOf(undefined), widthOf(undefined, { COLUMNS: "60" })]).toEqual([
    72, 100, 30, 80, 60,
  ]);
});
