/** What gRPC-Web and Connect have in other places than gRPC, put where gRPC has it. */
import type { UpstreamResponse } from "#extension/protocol.ts";

export interface Frame {
  readonly flags: number;
  readonly bytes: Buffer;
}

const prefixBytes = 5;

export function framesIn(body: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + prefixBytes <= body.length;) {
    const end = at + prefixBytes + body.readUInt32BE(at + 1);
    frames.push({ flags: body[at] as number, bytes: body.subarray(at + prefixBytes, end) });
    at = end;
  }
  return frames;
}

export function joined(frames: readonly Frame[]): Buffer {
  return Buffer.concat(
    frames.flatMap(({ flags, bytes }) => {
      const prefix = Buffer.from([flags, 0, 0, 0, 0]);
      prefix.writeUInt32BE(bytes.length, 1);
      return [prefix, bytes];
    }),
  );
}

export function asGrpc(
  { field, status }: UpstreamResponse,
  body: Buffer,
  trailers: ReadonlyMap<string, string>,
): UpstreamResponse {
  return {
    status,
    body,
    field: (name) => (name === "content-type" ? "application/grpc+proto" : field(name)),
    trailer: (name) => trailers.get(name),
  };
}
