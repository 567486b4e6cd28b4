/** http-proxy with a keep-alive agent. */
import http from "node:http";
import httpProxy from "http-proxy";
import { settings } from "./arguments.ts";

const proxy = httpProxy.createProxyServer({
  target: settings.target,
  xfwd: true,
  agent: new http.Agent({ keepAlive: true, maxSockets: 128, maxFreeSockets: 128 }),
  ...(settings.tls === undefined ? {} : { ssl: settings.tls }),
});
proxy.on("error", (_error, _request, response) => response.destroy());
proxy.listen(settings.port, "127.0.0.1");
