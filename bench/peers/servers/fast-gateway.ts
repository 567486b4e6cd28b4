/** fast-gateway with one route. */
import https from "node:https";
import gateway from "fast-gateway";
import { settings } from "./arguments.ts";

const service = gateway({
  ...(settings.tls === undefined ? {} : { restana: { server: https.createServer(settings.tls) } }),
  routes: [{ prefix: "/up", prefixRewrite: "", target: settings.target }],
});
await service.start(settings.port, "127.0.0.1");
