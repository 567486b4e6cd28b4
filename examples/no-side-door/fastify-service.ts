/** A service on Fastify that refuses whoever comes past the gateway: PORT, GATEWAY. */
import { fastify } from "fastify";
import { bodyFits, throughGateway } from "./through-gateway.ts";

const app = fastify();
const isThroughGateway = throughGateway(process.env["GATEWAY"] ?? "http://127.0.0.1:8080");

app.removeAllContentTypeParsers();
app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.addHook("preHandler", async (request, reply) => {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if ((await isThroughGateway(request.raw)) && bodyFits(request, bytes)) return;
  await reply.code(403).send({ title: "Only through the gateway" });
});

app.all("/*", (request, reply) => {
  void reply.send({ caller: request.headers["parlance-caller"] ?? null });
});
await app.listen({ host: "127.0.0.1", port: Number(process.env["PORT"] ?? 0) });
console.log(JSON.stringify(app.server.address()));
