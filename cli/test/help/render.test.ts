import { expect, test } from "vitest";
import { renderMarkdown } from "../../src/help/render.js";

const page = `<!-- for the tests
only -->
# Getting \`started\`

A first paragraph that is long enough to be broken, with **strong words**, *one* and \`some code\` and a_name_here.
See [the guide](user-guide.md#begin), [the site](https://example.com/a/very/long/address/that/stays/whole) or <https://example.com>.

## Steps

- one
- two, which goes on for so long that it needs another line
  and says so
  - inside
10. ten

1. First

   \`\`\`ts src/main.ts
   const code = "is left exactly as it is, however long the line may be, and  with  its  spaces";

       indented();
   \`\`\`

2. Second

> A quoted remark that is broken too, because it is long.

| Problem | Cause |
| --- | :-: |
| \`unknown command "X"\` | The name is not registered with the hub that it is submitted to. |
| a \\| b and \`c | d\` | |

---
`;

test("a page is wrapped to the width, and code is left as it is", () => {
  expect(renderMarkdown(page, { width: 44, styled: false })).toMatchInlineSnapshot(`
    "Getting \`started\`
    =================

    A first paragraph that is long enough to be
    broken, with strong words, one and \`some
    code\` and a_name_here. See the guide
    (sessionstream help user-guide), the site
    (https://example.com/a/very/long/address/that/stays/whole)
    or https://example.com.

    Steps
    -----

      • one

      • two, which goes on for so long that it
        needs another line and says so

          • inside

      10. ten

      1. First

           src/main.ts
             const code = "is left exactly as it is, however long the line may be, and  with  its  spaces";

                 indented();

      2. Second

    | A quoted remark that is broken too,
    | because it is long.

    Problem                Cause
    ---------------------  ---------------------
    \`unknown command "X"\`  The name is not
                           registered with the
                           hub that it is
                           submitted to.

    a | b and \`c | d\`

    --------------------------------------------
    "
  `);
});

test("styles do not count as width", () => {
  const styled = renderMarkdown(page, { width: 44, styled: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what styles are made of
  const plain = styled.replaceAll(/\u001b\[\d+m/g, "");
  expect(styled).not.toBe(plain);
  expect(
    plain
      .replaceAll("`", "")
      .split("\n")
      .map((line) => line.trim()),
  ).toEqual(expect.arrayContaining(["Getting started", "• one"]));
});

test("no line of a page is wider than the terminal, but for code and words that cannot be broken", () => {
  for (const width of [30, 60, 100]) {
    for (const line of renderMarkdown(page, { width, styled: false }).split("\n")) {
      if (!line.includes("https://") && !line.includes("const code")) expect(line.length).toBeLessThanOrEqual(width);
    }
  }
});
