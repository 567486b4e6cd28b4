/** A real gRPC service behind a gateway, asked at the REST addresses of its `google.api.http`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { loadPackageDefinition, Server, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { googleFile } from "#protocols/grpc/google/files.ts";
import { listenGrpc } from "#tests/support/listen-grpc.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startTranslating } from "#tests/e2e/translate/stand.ts";

export interface ServedProto {
  /** Of the service in the configuration, and of the file. */
  readonly name: string;
  readonly proto: string;
  /** Words of its full name. */
  readonly service: readonly string[];
  /** YAML, indented by two. Keys are `key-of-{name}-0123456789`. */
  readonly callers: string;
  /** Whether requests are told to `answer` with fields that were not sent. */
  readonly defaults?: boolean;
  readonly answer: (method: string, request: object) => object;
}

/** What loaders other than ours do not know by themselves. */
export function writeGoogleFiles(folder: string): void {
  for (const path of ["google/api/annotations.proto", "google/api/http.proto"]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), googleFile(path) ?? "");
  }
}

interface Request {
  readonly [name: string]: unknown;
}

interface Asked {
  readonly request: Request;
  on(event: "data", listener: (input: Request) => void): void;
  on(event: "end", listener: () => void): void;
}

type Done = (error: ServiceError | null, answer?: object) => void;

export async function serveProto(context: TestContext, served: ServedProto) {
  const { name, proto, callers } = served;
  const folder = temporaryFolder(context);
  writeGoogleFiles(folder);
  writeFileSync(join(folder, `${name}.proto`), proto);
  const { defaults = false } = served;
  const options = { includeDirs: [folder], keepCase: true, longs: String, defaults, oneofs: true };
  const loaded: unknown = loadPackageDefinition(loadSync(`${name}.proto`, options));
  const found = served.service.reduce((at, word) => (at as GrpcObject)[word], loaded);
  const { service } = found as ServiceClientConstructor;
  const server = new Server();
  const heard: (readonly [method: string, request: Request])[] = [];
  const methods = Object.keys(service).map((method) => [
    method,
    (call: Asked, done: Done) => {
      const tell = (request: Request) => {
        heard.push([method, request]);
        const answer = served.answer(method, request);
        if ("code" in answer) done(answer as ServiceError);
        else done(null, answer);
      };
      if (service[method]?.requestStream !== true) {
        tell(call.request);
        return;
      }
      const inputs: Request[] = [];
      call.on("data", (input) => inputs.push(input));
      call.on("end", () => tell({ inputs }));
    },
  ]);
  server.addService(service, Object.fromEntries(methods));
  const port = await listenGrpc(context, server);
  const gateway = await startTranslating(context, {
    text: `services:
  ${name}: { contract: ${name}.proto, instances: ["http://127.0.0.1:${port}"], mcp: ["*"] }
callers:
${callers}`,
    files: { [`${name}.proto`]: proto },
  });
  const ask = async (method: string, path: string, body?: object | string, key = "all") => {
    // A text is several documents, one a line.
    const mediaType = typeof body === "string" ? "application/x-ndjson" : "application/json";
    const written = typeof body === "object" ? JSON.stringify(body) : body;
    const response = await fetch(`${gateway.url}/${name}${path}`, {
      method,
      headers: { "content-type": mediaType, "x-api-key": `key-of-${key}-0123456789` },
      ...(written === undefined ? {} : { body: written }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { heard, ask, url: gateway.url };
}
