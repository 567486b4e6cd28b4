/**
 * HTTP/2 frames by hand (RFC 9113), for field sections that no library would send. Fields are
 * literals without indexing and without Huffman coding (RFC 7541 §6.2.2).
 */
import net from "node:net";

type RawField = readonly [name: string, value: string];

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const frameType = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
} as const;
const endStream = 0x1;
const endHeaders = 0x4;
const ack = 0x1;

interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 §5.1 with a prefix of 7 bits, and the octets. */
function literal(text: string): Buffer {
  const octets = Buffer.from(text, "latin1");
  const length: number[] = [];
  if (octets.length < 127) length.push(octets.length);
  else {
    length.push(127);
    let rest = octets.length - 127;
    for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), octets]);
}

export function fieldSection(fields: readonly RawField[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

export interface RawStreamRequest {
  readonly fields: readonly RawField[];
  readonly body?: string;
  readonly trailers?: readonly RawField[];
}

/** The frames of one request on stream 1. */
function requestFrames(request: RawStreamRequest): Buffer {
  const { fields, body, trailers } = request;
  const ends = body === undefined && trailers === undefined;
  const section = fieldSection(fields);
  const frames = [frame(frameType.headers, endHeaders | (ends ? endStream : 0), 1, section)];
  if (body !== undefined) {
    const flags = trailers === undefined ? endStream : 0;
    frames.push(frame(frameType.data, flags, 1, Buffer.from(body, "latin1")));
  }
  if (trailers !== undefined) {
    frames.push(frame(frameType.headers, endHeaders | endStream, 1, fieldSection(trailers)));
  }
  return Buffer.concat(frames);
}

export interface Http2Result {
  /** All frames of stream 1 and of the connection, settings and acknowledgements apart. */
  readonly frames: readonly Frame[];
  readonly body: string;
  /** HEADERS came, and the stream or the connection was not reset. */
  readonly answered: boolean;
  readonly closed: boolean;
}

/** Sends one request and waits until its stream ends, the connection closes, or silence. */
export async function rawHttp2(
  port: number,
  request: RawStreamRequest,
  silenceMs = 400,
): Promise<Http2Result> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  const frames: Frame[] = [];
  let pending = Buffer.alloc(0);
  const state = { closed: false, ended: false };
  let wake = (): void => {};
  socket.on("data", (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= 9) {
      const length = pending.readUIntBE(0, 3);
      if (pending.length < 9 + length) break;
      const type = pending.readUInt8(3);
      const flags = pending.readUInt8(4);
      const stream = pending.readUInt32BE(5) & 0x7fffffff;
      const payload = pending.subarray(9, 9 + length);
      pending = pending.subarray(9 + length);
      if (type === frameType.settings) {
        if ((flags & ack) === 0) socket.write(frame(frameType.settings, ack, 0, Buffer.alloc(0)));
        continue;
      }
      frames.push({ type, flags, stream, payload });
      if (type === frameType.reset || type === frameType.goAway) state.ended = true;
      if (stream === 1 && type <= 1 && (flags & endStream) !== 0) state.ended = true;
    }
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    state.closed = true;
    wake();
  });
  socket.write(preface);
  socket.write(frame(frameType.settings, 0, 0, Buffer.alloc(0)));
  socket.write(requestFrames(request));
  while (!state.closed && !state.ended) {
    let timer: NodeJS.Timeout | undefined;
    const silent = await new Promise<boolean>((resolve) => {
      wake = () => resolve(false);
      timer = setTimeout(() => resolve(true), silenceMs);
    });
    clearTimeout(timer);
    if (silent) break;
  }
  socket.destroy();
  const own = frames.filter((seen) => seen.stream === 1);
  const reset = frames.some(
    (seen) => seen.type === frameType.reset || seen.type === frameType.goAway,
  );
  const data = own.filter((seen) => seen.type === frameType.data).map((seen) => seen.payload);
  const answered = !reset && own.some((seen) => seen.type === frameType.headers);
  return { frames, body: Buffer.concat(data).toString("latin1"), answered, closed: state.closed };
}
