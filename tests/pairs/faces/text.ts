/** Programs that follow no protocol: over HTTP, and over TCP in frames. */
import { connect } from "node:net";
import type { TestContext } from "node:test";
import type { UpstreamRequest, UpstreamResponse } from "#extension/protocol.ts";
import { text } from "#protocols/text/index.ts";
import { serviceName, type PairFace } from "#tests/pairs/face.ts";
import { withText, type PairText } from "#tests/pairs/texts.ts";
import { overHttp1 } from "#tests/pairs/transports.ts";
import { callThrough } from "#tests/pairs/upstream-caller.ts";

export function textFace(own: PairText): PairFace {
  return {
    name: own.name,
    text: own,
    open(scope, contract, port) {
      const faced = withText(contract, own);
      const upstream = text.createUpstream({ serviceName, contract: faced });
      const send = own.isRaw
        ? overTcp(scope, port)
        : overHttp1(scope, port, `/text/${serviceName}`);
      return callThrough(faced, upstream, send);
    },
  };
}

/** One message after the other on one connection, each behind its length. */
function overTcp(scope: Pick<TestContext, "after">, port: number) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  scope.after(() => void socket.destroy());
  let held: Buffer = Buffer.alloc(0);
  let take: (body: Buffer) => void = () => undefined;
  let lose: (cause: Error) => void = () => undefined;
  socket.on("data", (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    if (held.length < 4 || held.length < 4 + held.readUInt32BE()) return;
    const end = 4 + held.readUInt32BE();
    take(held.subarray(4, end));
    held = held.subarray(end);
  });
  socket.on("error", (cause) => lose(cause));
  socket.on("close", () => lose(new Error("the gateway closed the connection")));
  return ({ body }: UpstreamRequest): Promise<UpstreamResponse> =>
    new Promise((resolve, reject) => {
      take = (answer) => resolve({ status: 200, field: () => undefined, body: answer });
      lose = reject;
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      socket.write(Buffer.concat([head, body]));
    });
}
