/** A service on Express that refuses whoever comes past the gateway: PORT, GATEWAY. */
import express, { type RequestHandler } from "express";
import { bodyFits, throughGateway } from "./through-gateway.ts";

const app = express();
const isThroughGateway = throughGateway(process.env["GATEWAY"] ?? "http://127.0.0.1:8080");

app.use(express.raw({ type: () => true }));
const onlyThroughGateway: RequestHandler = async (request, response, next) => {
  const body: unknown = request.body;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if ((await isThroughGateway(request)) && bodyFits(request, bytes)) return next();
  response.status(403).json({ title: "Only through the gateway" });
};
// oxlint-disable-next-line oxc/no-async-endpoint-handlers -- Express 5 takes promises
app.use(onlyThroughGateway);

app.all("/{*rest}", (request, response) => {
  response.json({ caller: request.headers["parlance-caller"] ?? null });
});
const server = app.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  console.log(JSON.stringify(server.address()));
});
