/** Callers in Connect. */
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";
import { faultKinds } from "#base/fault-kind.ts";
import { grpc } from "#protocols/grpc/index.ts";
import { asGrpc, framesIn, joined } from "./grpc-frames.ts";

interface ConnectError {
  readonly code: string;
  readonly message?: string;
  readonly details?: readonly { readonly type: string; readonly value: string }[];
}

const endFlag = 2;
const prefixBytes = 5;

/** Connect with messages of Protocol Buffers, bare for one, in frames for a stream. */
export const connect: PairFace = {
  name: "Connect",
  open(scope, contract, port) {
    const send = overHttp1(scope, port, "");
    const upstream = grpc.createUpstream({ serviceName, contract });
    return callThrough(contract, upstream, async (request, { operation }) => {
      const isStream = operation.mode === "server-stream";
      const fields = [
        ["content-type", `application/${isStream ? "connect+proto" : "proto"}`],
        ["connect-protocol-version", "1"],
      ] as const;
      const body = isStream ? request.body : request.body.subarray(prefixBytes);
      const response = await send({ ...request, fields, body });
      if (isStream && response.status === 200) {
        const frames = framesIn(response.body);
        const end = frames.find(({ flags }) => flags === endFlag)?.bytes.toString() ?? "{}";
        const { error } = JSON.parse(end) as { readonly error?: ConnectError };
        const messages = frames.filter(({ flags }) => flags !== endFlag);
        return asGrpc(response, joined(messages), trailersOf(error));
      }
      const isGood = response.status === 200;
      const error = isGood ? undefined : (JSON.parse(response.body.toString()) as ConnectError);
      const message = isGood ? joined([{ flags: 0, bytes: response.body }]) : Buffer.alloc(0);
      return asGrpc({ ...response, status: 200 }, message, trailersOf(error));
    });
  },
};

function trailersOf(error: ConnectError | undefined): ReadonlyMap<string, string> {
  if (error === undefined) return new Map([["grpc-status", "0"]]);
  const { code, message = "", details = [] } = error;
  const kind = faultKinds.findIndex((one) => one === (code === "canceled" ? "cancelled" : code));
  const status = Buffer.concat([
    Buffer.from([0x08, kind + 1]),
    lengthened(0x12, Buffer.from(message)),
    ...details.map(({ type, value }) =>
      lengthened(
        0x1a,
        Buffer.concat([
          lengthened(0x0a, Buffer.from(`type.googleapis.com/${type}`)),
          lengthened(0x12, Buffer.from(value, "base64")),
        ]),
      ),
    ),
  ]);
  return new Map([
    ["grpc-status", String(kind + 1)],
    ["grpc-message", encodeURIComponent(message)],
    ["grpc-status-details-bin", status.toString("base64")],
  ]);
}

/** A field of bytes in Protocol Buffers. */
function lengthened(tag: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}
