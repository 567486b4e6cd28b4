/** A real gRPC service behind a gateway, asked at the REST addresses of its `google.api.http`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { loadPackageDefinition, Server, ServerCredentials, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { googleFile } from "#protocols/grpc/google/files.ts";
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
  const heard: (readonly [method: string, request: { readonly [name: string]: unknown }])[] = [];
  const methods = Object.keys(service).map((method) => [
    method,
    (call: { readonly request: { readonly [name: string]: unknown } }, done: Done) => {
      heard.push([method, call.request]);
      const answer = served.answer(method, call.request);
      if ("code" in answer) done(answer as ServiceError);
      else done(null, answer);
    },
  ]);
  server.addService(service, Object.fromEntries(methods));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  context.after(() => server.forceShutdown());
  const gateway = await startTranslating(context, {
    text: `services:
  ${name}: { contract: ${name}.proto, instances: ["http://127.0.0.1:${port}"] }
callers:
${callers}`,
    files: { [`${name}.proto`]: proto },
  });
  const ask = async (method: string, path: string, body?: object, key = "all") => {
    const response = await fetch(`${gateway.url}/${name}${path}`, {
      method,
      headers: { "content-type": "application/json", "x-api-key": `key-of-${key}-0123456789` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  return { heard, ask };
}
