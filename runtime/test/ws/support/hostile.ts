import * as fc from "fast-check";

// What a hostile client puts on the wire, as bytes.

/** A client frame of RFC 6455, right or wrong. */
function wireFrame(
  payload: Uint8Array,
  { first = 0x81, isMasked = true, length = payload.length, mask = Buffer.from([1, 2, 3, 4]) } = {},
): Buffer {
  const short = length < 126 ? length : length < 0x10000 ? 126 : 127;
  const extended = Buffer.alloc(short === 126 ? 2 : short === 127 ? 8 : 0);
  if (short === 126) extended.writeUInt16BE(length);
  if (short === 127) extended.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([first, (isMasked ? 0x80 : 0) | short]);
  if (!isMasked) return Buffer.concat([head, extended, payload]);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return Buffer.concat([head, extended, mask, masked]);
}

const sessionId = fc.constantFrom("healthy", "s", "t", "", "x".repeat(600), "\ud800", "é", "__proto__");
const sinceSnapshotOrdinal = fc.constantFrom("0", "7", 3, "-1", "1e30", "18446744073709551615");
const epoch = fc.oneof(fc.constantFrom("", "e", 7, null), fc.string());
const valid = fc.oneof(
  fc.record({ subscribe: fc.record({ sessionId, sinceSnapshotOrdinal }) }),
  fc.record({ subscribe: fc.record({ sessionId, sinceSnapshotOrdinal, resume: fc.boolean(), epoch }) }),
  fc.record({ unsubscribe: fc.record({ sessionId }) }),
  fc.record({ ping: fc.record({ nonce: fc.string() }) }),
  fc.record({ pong: fc.record({ nonce: fc.string() }) }),
);
const validText = valid.map((frame) => JSON.stringify(frame));

/** A valid frame with some characters gone, doubled or changed. */
const mutated = fc
  .tuple(
    validText,
    fc.array(fc.tuple(fc.nat(80), fc.constantFrom("", "{", '"', "\\", "\0", "9", "null", "é"), fc.nat(3))),
  )
  .map(([text, edits]) => edits.reduce((old, [at, put, cut]) => old.slice(0, at) + put + old.slice(at + cut), text));

const text = fc.oneof(
  { weight: 5, arbitrary: mutated },
  { weight: 2, arbitrary: validText },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60_000 }).map((depth) => '{"ping":'.repeat(depth / 8)) },
);

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** Frames after which a connection may go on. */
const survivable = fc.oneof(
  { weight: 20, arbitrary: text.map((value) => wireFrame(Buffer.from(value))) },
  { weight: 1, arbitrary: bytes(125).map((payload) => wireFrame(payload, { first: 0x89 })) },
  { weight: 1, arbitrary: bytes(125).map((payload) => wireFrame(payload, { first: 0x8a })) },
  // In pieces, with a ping between.
  {
    weight: 2,
    arbitrary: validText.map((value) =>
      Buffer.concat([
        wireFrame(Buffer.from(value.slice(0, 5)), { first: 0x01 }),
        wireFrame(Buffer.from("?"), { first: 0x89 }),
        wireFrame(Buffer.from(value.slice(5)), { first: 0x80 }),
      ]),
    ),
  },
);

/** Frames that end a connection. */
const fatal = fc.oneof(
  bytes(200).map((payload) => wireFrame(payload, { first: 0x82 })),
  fc.integer({ min: 2 ** 16 + 1, max: 2 ** 18 }).map((length) => wireFrame(Buffer.alloc(length, "x"))),
  bytes(200).map((payload) => wireFrame(payload, { isMasked: false })),
  fc.tuple(bytes(50), fc.integer({ min: 0x90, max: 0xff })).map(([payload, first]) => wireFrame(payload, { first })),
  fc
    .tuple(bytes(50), fc.constantFrom(0x83, 0x87, 0x8b, 0x8f, 0x09, 0x00))
    .map(([payload, first]) => wireFrame(payload, { first })),
  bytes(300).map((payload) => wireFrame(Buffer.concat([payload, Buffer.alloc(126)]), { first: 0x89 })),
  fc.constant(wireFrame(Buffer.from([0xc3, 0x28, 0xff]))),
  fc.constant(wireFrame(Buffer.alloc(8), { length: 2 ** 52 })),
  fc
    .tuple(bytes(100), fc.nat(65_535))
    .map(([reason, code]) =>
      wireFrame(Buffer.concat([Buffer.from([code >> 8, code & 0xff]), reason]), { first: 0x88 }),
    ),
  fc.constant(wireFrame(Buffer.from([1]), { first: 0x88 })),
);

/** How a connection ends: the last bytes, and whether the client then hangs up by itself. */
const ending = fc.oneof(
  { weight: 5, arbitrary: fatal.map((last) => ({ last, hangsUp: false })) },
  { weight: 1, arbitrary: fc.constant({ last: Buffer.alloc(0), hangsUp: true }) },
  // Cut in the middle.
  {
    weight: 2,
    arbitrary: fc.tuple(survivable, fc.nat(20)).map(([frame, at]) => ({ last: frame.subarray(0, at), hangsUp: true })),
  },
  { weight: 2, arbitrary: bytes(500).map((last) => ({ last, hangsUp: true })) },
);

export interface HostileConnection {
  readonly frames: readonly Buffer[];
  readonly last: Buffer;
  readonly hangsUp: boolean;
}

/** The connections of a campaign that sends at least so many frames. */
export function hostileConnections(frames: number, seed: number): HostileConnection[] {
  const connection = fc.tuple(fc.array(survivable, { maxLength: 25, size: "max" }), ending);
  const connections: HostileConnection[] = [];
  let left = frames;
  for (const [chosen, { last, hangsUp }] of fc.sample(connection, { numRuns: Math.ceil(frames / 4), seed })) {
    if (left <= 0) break;
    left -= chosen.length + 1;
    connections.push({ frames: chosen, last, hangsUp });
  }
  return connections;
}
