/**
 * The least that node:http2 can do as a proxy: one server, one session to the instance, every
 * stream piped into another, nothing looked at. Arguments: PORT INSTANCE_PORT [fields]; with the
 * last it adds the fields that Parlance adds, which differ from call to call.
 */
import { randomBytes } from "node:crypto";
import {
  connect,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";

const [port, instancePort, adds] = process.argv.slice(2);
const session = connect(`http://127.0.0.1:${instancePort}`);

const server = createServer();
server.on("stream", (caller: ServerHttp2Stream, request) => {
  const id = adds === "fields" ? randomBytes(16).toString("hex") : "";
  const instance = session.request(id === "" ? request : { ...request, ...addedToRequest(id) });
  let trailers: IncomingHttpHeaders = {};
  instance.on("response", (fields) => {
    if (caller.destroyed || caller.closed) return;
    caller.respond(id === "" ? fields : { ...fields, ...addedToAnswer(id) }, {
      waitForTrailers: true,
    });
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

function addedToAnswer(id: string): OutgoingHttpHeaders {
  return { via: "2 proxy", "parlance-exchange": id, "x-request-id": id };
}

function addedToRequest(id: string): OutgoingHttpHeaders {
  return {
    ...addedToAnswer(id),
    traceparent: `00-${id}-${id.slice(16)}-03`,
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": `127.0.0.1:${port}`,
  };
}
