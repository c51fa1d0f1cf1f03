import { expect, test, vi } from "vitest";
import { SharedWork } from "../../src/base/shared-work.js";

/** Work that ends when it is told to: given up where nobody wants it then. */
function pieces() {
  const ends: (() => void)[] = [];
  const work = async (isWanted: () => boolean) => {
    const number = ends.length + 1;
    await new Promise<void>((resolve) => ends.push(resolve));
    return isWanted() ? number : undefined;
  };
  return { ends, work };
}

const wanted = () => true;
const unwanted = () => false;

test("work that many ask for is done once, and for each kind by itself", async () => {
  const shared = new SharedWork<object, number>();
  const { ends, work } = pieces();
  const subject = {};
  const asked = ["a", "a", "b"].map((kind) => shared.do(subject, kind, wanted, work));
  const other = shared.do({}, "a", wanted, work);
  for (const end of ends) end();
  expect(await Promise.all([...asked, other])).toEqual([1, 1, 2, 3]);
  // For those who come a little later, too.
  expect(await shared.do(subject, "a", wanted, work)).toBe(1);
});

test("goes on as long as one wants it, and is given up when nobody does", async () => {
  const shared = new SharedWork<object, number>();
  const { ends, work } = pieces();
  const subject = {};
  const left = shared.do(subject, "a", unwanted, work);
  const stayed = shared.do(subject, "a", wanted, work);
  ends[0]?.();
  expect(await Promise.all([left, stayed])).toEqual([1, 1]);
  const both = [shared.do({}, "a", unwanted, work), shared.do({}, "a", unwanted, work)];
  for (const end of ends) end();
  expect(await Promise.all(both)).toEqual([undefined, undefined]);
});

test("who joined too late to keep it going has it begun again", async () => {
  const shared = new SharedWork<object, number>();
  const { ends, work } = pieces();
  const subject = {};
  let joined: Promise<number | undefined> | undefined;
  const left = shared.do(subject, "a", unwanted, async (isWanted) => {
    const done = await work(isWanted);
    // It is given up, and nobody has heard of that yet.
    joined = shared.do(subject, "a", wanted, work);
    return done;
  });
  ends[0]?.();
  expect(await left).toBeUndefined();
  await vi.waitFor(() => expect(ends).toHaveLength(2));
  ends[1]?.();
  expect(await joined).toBe(2);
});

test("work that failed is begun again by who asks next", async () => {
  const shared = new SharedWork<object, number>();
  const subject = {};
  const failed = Array.from({ length: 2 }, () =>
    shared.do(subject, "a", wanted, () => Promise.reject(new Error("no"))),
  );
  for (const each of failed) await expect(each).rejects.toThrow("no");
  expect(await shared.do(subject, "a", wanted, async () => 1)).toBe(1);
});
