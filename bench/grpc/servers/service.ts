/**
 * The gRPC service behind every proxy, on node:http2: `Get` answers with one message once the
 * request is whole, `Watch` with as many as it is built for, no faster than they are taken.
 * Arguments: PORT MESSAGE_FILE [COUNT]. What it has answered is told at `/answered`.
 */
import { readFileSync } from "node:fs";
import { createServer, type ServerHttp2Stream } from "node:http2";
import { numberedFrame } from "../frames.ts";

const [port, file = "", count = "0"] = process.argv.slice(2);
const message = readFileSync(file);
const answerFields = { ":status": 200, "content-type": "application/grpc" };
let answered = 0;

const server = createServer({ settings: { maxConcurrentStreams: 1_000 } });
server.on("stream", (stream: ServerHttp2Stream, { ":path": path = "" }) => {
  stream.on("error", () => undefined);
  if (path === "/answered") {
    stream.respond({ ":status": 200 });
    return void stream.end(String(answered));
  }
  stream.resume();
  stream.once("end", () => {
    // The caller may have gone away.
    if (stream.destroyed || stream.closed) return;
    stream.respond(answerFields, { waitForTrailers: true });
    stream.once("wantTrailers", () => {
      answered += 1;
      if (stream.destroyed || stream.closed) return;
      stream.sendTrailers({ "grpc-status": "0" });
    });
    if (path.endsWith("/Watch")) watch(stream, Number(count));
    else stream.end(message);
  });
});
server.listen(Number(port), "127.0.0.1");

function watch(stream: ServerHttp2Stream, many: number): void {
  let next = 0;
  const give = (): void => {
    while (next < many) {
      const frame = numberedFrame(next);
      next += 1;
      if (!stream.write(frame)) return;
    }
    stream.removeListener("drain", give);
    stream.end();
  };
  stream.on("drain", give);
  give();
}
