/**
 * A server's text message as it goes over the wire, to be written to any number
 * of sockets as it is. The layout is that of RFC 6455, section 5.2: a final,
 * unmasked frame with the opcode for text.
 */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = headerOf(length);
  const frame = Buffer.allocUnsafe(header.length + length);
  frame.set(header);
  frame.write(text, header.length);
  return frame;
}

/** The same of a text that is in UTF-8 already, in pieces. */
export function textFrameOf(pieces: readonly Uint8Array[]): Buffer {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return Buffer.concat([headerOf(length), ...pieces]);
}

function headerOf(length: number): Buffer {
  const header = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10);
  header[0] = 0x81;
  if (header.length === 2) {
    header[1] = length;
  } else if (header.length === 4) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return header;
}
