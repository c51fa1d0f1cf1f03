import { Hub, type UiBatch } from "@sessionstream/runtime";
import { expect, test } from "vitest";
import { BoardAttachmentShown, BoardNoteSet, board } from "../../../test/fixtures/board/board.js";
import { metadataEncoder, plainEncoder } from "../../src/ws/encode/ui-events.js";
import { type EncodedBatch, type FeedListener, SessionFeed } from "../../src/ws/session-feed.js";

class Listener implements FeedListener {
  readonly received: { batches: readonly EncodedBatch[]; joined: Buffer }[] = [];
  startedOver = 0;

  receive(batches: readonly EncodedBatch[], joined: Buffer): void {
    this.received.push({ batches, joined });
  }

  startOver(): void {
    this.startedOver++;
  }
}

const { registry } = new Hub({ features: [board] });

function batch(ordinal: bigint): UiBatch {
  const events = [BoardNoteSet.of({ code: "a" }), BoardNoteSet.of({ code: "b" })];
  return { sessionId: "s", ordinal, time: 1_700_000_000_000, events, isReset: false };
}

function texts({ joined }: { joined: Buffer }): string[] {
  const found: string[] = [];
  for (let at = 0; at < joined.length; ) {
    const length = joined[at + 1] === 126 ? joined.readUInt16BE(at + 2) : (joined[at + 1] ?? 0);
    const from = at + (joined[at + 1] === 126 ? 4 : 2);
    found.push(joined.toString("utf8", from, from + length));
    at = from + length;
  }
  return found;
}

test("an event is encoded once however many listen: all get the same buffer", async () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const listeners = Array.from({ length: 50 }, () => new Listener());
  for (const listener of listeners) feed.add(listener);
  feed.take(batch(1n));
  await Promise.resolve();
  const [first] = listeners[0]?.received ?? [];
  expect(first?.batches).toHaveLength(1);
  expect(first?.joined).toBe(first?.batches[0]?.bytes);
  for (const { received } of listeners) {
    expect(received).toHaveLength(1);
    expect(received[0]?.joined).toBe(first?.joined);
  }
});

test("frames have the time and the cause of their event only where the feed has metadata", async () => {
  const frames = [false, true].map((hasMetadata) => {
    const feed = new SessionFeed(hasMetadata ? metadataEncoder(registry, undefined, () => {}) : plainEncoder(registry));
    const listener = new Listener();
    feed.add(listener);
    feed.take({ ...batch(7n), meta: { cause: 3n, identity: "ann" } });
    feed.take(batch(8n));
    feed.flush();
    return texts(listener.received[0] ?? { joined: Buffer.alloc(0) }).map((text) => JSON.parse(text).uiEvent);
  });
  const [plain = [], full = []] = frames;
  expect(plain.map(({ eventOrdinal, time, cause }) => [eventOrdinal, time, cause])).toEqual([
    ["7", undefined, undefined],
    ["7", undefined, undefined],
    ["8", undefined, undefined],
    ["8", undefined, undefined],
  ]);
  expect(full).toEqual([
    { ...plain[0], time: "1700000000000", cause: "3" },
    { ...plain[1], time: "1700000000000", cause: "3" },
    { ...plain[2], time: "1700000000000" },
    { ...plain[3], time: "1700000000000" },
  ]);
});

test("the bytes for a client that asks for nothing more are those that there always were", () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const listener = new Listener();
  feed.add(listener);
  feed.take({ ...batch(7n), meta: { cause: 3n, identity: "ann" } });
  feed.flush();
  const type = "type.googleapis.com/sessionstream.v1.ErrorFrame";
  const textOf = (code: string) =>
    `{"uiEvent":{"sessionId":"s","eventOrdinal":"7","name":"BoardNoteSet","payload":{"code":"${code}","@type":"${type}"}}}`;
  expect(texts(listener.received[0] ?? { joined: Buffer.alloc(0) })).toEqual([textOf("a"), textOf("b")]);
});

test("what comes in within one turn is one write, in order", async () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const [one, two] = [new Listener(), new Listener()];
  feed.add(one);
  feed.add(two);
  for (const ordinal of [1n, 2n, 3n]) feed.take(batch(ordinal));
  await Promise.resolve();
  expect(one.received).toHaveLength(1);
  expect(one.received[0]?.joined).toBe(two.received[0]?.joined);
  const ordinals = one.received.flatMap(texts).map((text) => JSON.parse(text).uiEvent.eventOrdinal);
  expect(ordinals).toEqual(["1", "1", "2", "2", "3", "3"]);
});

test("who comes in between gets only what comes after, who leaves what came before", async () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const [early, late] = [new Listener(), new Listener()];
  feed.add(early);
  feed.take(batch(1n));
  feed.add(late);
  feed.take(batch(2n));
  feed.delete(early);
  feed.take(batch(3n));
  await Promise.resolve();
  const ordinals = ({ received }: Listener) => received.flatMap(({ batches }) => batches.map(({ ordinal }) => ordinal));
  expect(ordinals(early)).toEqual([1n, 2n]);
  expect(ordinals(late)).toEqual([2n, 3n]);
});

test("what cannot be encoded is thrown, and the listeners start over", () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const listener = new Listener();
  feed.add(listener);
  const payload = { typeUrl: "type.googleapis.com/unknown.Type", value: new Uint8Array() };
  expect(() => feed.take({ ...batch(1n), events: [BoardAttachmentShown.of({ payload })] })).toThrow();
  expect(listener.startedOver).toBe(1);
});

test("a reset makes the listeners start over and is no frame", async () => {
  const feed = new SessionFeed(plainEncoder(registry));
  const listener = new Listener();
  feed.add(listener);
  feed.take({ sessionId: "s", ordinal: 1n, time: 0, events: [], isReset: true });
  await Promise.resolve();
  expect(listener).toMatchObject({ startedOver: 1, received: [] });
});
