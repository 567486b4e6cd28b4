/**
 * The least that node:http2 can do as a proxy: one server, one session to the instance, every
 * stream piped into another, nothing looked at. Arguments: PORT INSTANCE_PORT.
 */
import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";

const [port, instancePort] = process.argv.slice(2);
const session = connect(`http://127.0.0.1:${instancePort}`);

const server = createServer();
server.on("stream", (caller: ServerHttp2Stream, request) => {
  const instance = session.request(request);
  let trailers: IncomingHttpHeaders = {};
  instance.on("response", (fields) => {
    if (caller.destroyed || caller.closed) return;
    caller.respond(fields, { waitForTrailers: true });
    instance.pipe(caller);
  });
  instance.on("trailers", (fields) => (trailers = fields));
  caller.on("wantTrailers", () => {
    if (!caller.destroyed && !caller.closed) caller.sendTrailers(trailers);
  });
  caller.on("error", () => instance.close());
  instance.on("error", () => caller.close());
  caller.pipe(instance);
});
server.listen(Number(port), "127.0.0.1");
