import { expect, test } from "vitest";
import { hostileSources } from "../support/hostile.js";
import { type Project, withProject } from "../support/project.js";
import { run } from "../support/run.js";
import { shopProto } from "../support/shop.js";

const protos = { "shop/v1/shop.proto": shopProto };

// Uses everything that a feature's file exports, as an application does.
const application = `
import { ignore } from "@sessionstream/runtime";
import * as shop from "./gen/shop/v1/shop_sessionstream.js";

const handlers: shop.ShopHandlers = {
  async addArticle({ payload, publish }) {
    await publish(shop.ShopArticleAdded, { sku: payload.sku });
  },
};
const ui: shop.ShopUiProjection = { articleAdded: () => [shop.ShopCartShown.of({ articles: 1 })] };
const timeline: shop.ShopTimelineProjection = {
  articleAdded: ({ payload }, view) => {
    const cart = view.get(shop.ShopCart, payload.sku);
    return [shop.ShopCart.put({ cartId: payload.sku, articles: (cart?.articles ?? 0) + 1 })];
  },
};
const runs: shop.ShopRuns = {
  packCart: {
    async run({ input, publish }) {
      await publish([shop.ShopArticleAdded.of({ sku: input.cartId }), shop.ShopPackCart.start({ cartId: "2" })]);
    },
    ended: ignore,
  },
};
shop.shopFeature({ handlers, runs, ui, timeline });
shop.shopFeature({ handlers, runs, ui: { articleAdded: ignore }, timeline: { articleAdded: ignore } });
export async function add(client: shop.ShopClient): Promise<string> {
  await client.submit(shop.ShopAddArticle, { sku: "1" });
  const snapshot = await client.snapshot();
  return snapshot.get(shop.ShopCart, "1")?.cartId ?? "";
}
// @ts-expect-error the event has no method
shop.shopFeature({ handlers, runs, ui: {}, timeline });
// @ts-expect-error the entity is no UI event
ui.articleAdded = () => [shop.ShopCart.put({ cartId: "1" })];
// @ts-expect-error nobody does the run
shop.shopFeature({ handlers, ui, timeline });
// @ts-expect-error the input has no such field
shop.ShopPackCart.start({ cart: "1" });
// @ts-expect-error the id is a string
shop.ShopCart.delete(1);
`;

// Calls what TypeScript would call, in JavaScript.
const script = `
import * as shop from "./gen/shop/v1/shop_sessionstream.js";
const calls = [];
const record = (name) => (...args) => { calls.push([name, ...args]); return [name]; };
const feature = shop.shopFeature({
  handlers: { addArticle: record("handler") },
  runs: { packCart: { run: record("run"), ended: record("ended") } },
  ui: { articleAdded: record("ui") },
  timeline: { articleAdded: record("timeline") },
});
shop.registerShop({ register: record("registered") });
console.log(JSON.stringify([
  Object.keys(shop),
  feature.desc === shop.shop,
  shop.shop.commands.map(({ kind, name, schema }) => [kind, name, schema.typeName]),
  [shop.ShopCart.put({ cartId: "c", articles: 2 }).id, shop.ShopCart.idOf({ cartId: "d" })],
  [shop.ShopPackCart.retries, shop.ShopPackCart.retryAfter, shop.shop.runs[0] === shop.ShopPackCart],
  feature.handle({ name: "ShopAddArticle" }),
  feature.run({ name: "ShopPackCart" }),
  feature.ended("view", { name: "ShopPackCart" }),
  feature.ui({ name: "ShopArticleAdded" }, "view"),
  feature.timeline({ name: "ShopArticleAdded" }, "view"),
  calls.map(([name, ...args]) => [name, args.length, args[0] === shop.shop]),
]));
`;

const expected = [
  [
    "ShopAddArticle",
    "ShopArticleAdded",
    "ShopCart",
    "ShopCartShown",
    "ShopPackCart",
    "endShopRun",
    "handleShopCommand",
    "projectShopClient",
    "projectShopTimeline",
    "projectShopUi",
    "registerShop",
    "runShop",
    "shop",
    "shopClientFeature",
    "shopFeature",
  ],
  true,
  [["command", "ShopAddArticle", "shop.v1.AddArticleCommand"]],
  ["c", "d"],
  [3, 5000, true],
  ["handler"],
  ["run"],
  ["ended"],
  ["ui"],
  ["timeline"],
  [
    ["registered", 1, true],
    ["handler", 1, false],
    ["run", 1, false],
    ["ended", 2, false],
    ["ui", 2, false],
    ["timeline", 2, false],
  ],
];

test.each(["ts", "js+dts"])("the code for target=%s has the same types", (target) => {
  withProject({ protos, target, files: { "application.ts": application } }, (project) => {
    expect(project.typecheck()).toBe("");
  });
});

test("the code for target=js does what the types say", () => {
  withProject({ protos, target: "js", files: { "script.mjs": script } }, (project: Project) => {
    expect(JSON.parse(project.node("script.mjs"))).toEqual(expected);
  });
});

/** What runs when a module of generated code is imported: no types, no comments and no bodies of functions. */
function atModuleLevel(code: string): string {
  return code
    .replaceAll(/^ *\/\*\*.*?\*\/$/gms, "")
    .replaceAll(/^\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/^export (?:function|interface) .*?^}$/gms, "")
    .replaceAll(/^export type .*?;$/gms, "");
}

test.each(["ts", "js"])("with target=%s, every call at module level is marked as pure", (target) => {
  const { error, files } = run(hostileSources(), { parameter: `target=${target},strategy=all` });
  expect(error).toEqual([]);
  expect(Object.keys(files).length).toBeGreaterThan(40);
  for (const [path, code] of Object.entries(files)) {
    const module = atModuleLevel(code);
    const calls = [...module.matchAll(/\(/g)].map(({ index }) => module.slice(0, index).split("= ").at(-1));
    expect(calls, path).toHaveLength(module.match(/^export const /gm)?.length ?? 0);
    for (const call of calls) expect(call, path).toMatch(/^\/\*@__PURE__\*\/ [\w$]+$/);
  }
});
