/** Messages with their length before them, as gRPC sends them, of `bench.proto` here. */

export const proto = `syntax = "proto3";
package bench.v1;
service Bench {
  rpc Get(Note) returns (Note);
  rpc Watch(Note) returns (stream Note);
}
message Note { uint32 number = 1; string text = 2; }
`;

export const methods = { get: "/bench.v1.Bench/Get", watch: "/bench.v1.Bench/Watch" } as const;

const numberTag = 0x08;
const textTag = 0x12;
/** Of a message with number and text, so that all are of one size. */
const textBytes = 100;
const prefixBytes = 5;
const numberBytes = 5;

/** A frame of a note; its number takes five bytes whatever it is. */
export function numberedFrame(number: number, bytes = textBytes): Buffer {
  const length = varint(bytes);
  const size = 1 + numberBytes + 1 + length.length + bytes;
  const frame = Buffer.alloc(prefixBytes + size, "x");
  frame[0] = 0;
  frame.writeUInt32BE(size, 1);
  frame[5] = numberTag;
  let rest = number;
  for (let place = 0; place < numberBytes; place += 1) {
    frame[6 + place] = (rest & 0x7f) | (place === numberBytes - 1 ? 0 : 0x80);
    rest >>>= 7;
  }
  frame[11] = textTag;
  length.copy(frame, 12);
  return frame;
}

/** Of the frame that begins at `at`. */
export function numberOf(bytes: Buffer, at: number): number {
  let number = 0;
  for (let place = numberBytes - 1; place >= 0; place -= 1) {
    number = number * 128 + ((bytes[at + 6 + place] as number) & 0x7f);
  }
  return number;
}

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >>> 7]);
}
