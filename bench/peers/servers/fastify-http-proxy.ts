/** Fastify with its proxy plug-in. */
import httpProxy from "@fastify/http-proxy";
import fastify from "fastify";
import { settings } from "./arguments.ts";

const app = fastify(settings.tls === undefined ? {} : ({ https: settings.tls } as object));
await app.register(httpProxy, { prefix: "/up", upstream: settings.target });
await app.listen({ port: settings.port, host: "127.0.0.1", backlog: 4096 });
