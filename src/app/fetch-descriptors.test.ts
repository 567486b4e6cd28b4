/** Servers that lie, loop, flood or fall silent when they are asked for their contract. */
import assert from "node:assert/strict";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { Server, type GrpcObject } from "@grpc/grpc-js";
import type { ServiceClientConstructor, UntypedServiceImplementation } from "@grpc/grpc-js";
import descriptor from "protobufjs/ext/descriptor.js";
import { listenGrpc } from "#tests/support/listen-grpc.ts";
import { nodePlatform } from "#base/platform.ts";
import { reflectionProto } from "#protocols/grpc/own-protos.ts";
import { packageOf } from "#tests/e2e/grpc/stand.ts";
import { fetchDescriptors, type DescriptorLimits } from "./fetch-descriptors.ts";

interface Question {
  readonly listServices?: string;
  readonly fileContainingSymbol?: string;
  readonly fileByFilename?: string;
}
interface Stream {
  on(event: "data", hear: (question: Question) => void): void;
  on(event: "end", hear: () => void): void;
  write(answer: object): void;
  end(): void;
  destroy(): void;
}

/** A server of one version of reflection, which answers as it likes. */
async function startReflecting(
  context: TestContext,
  answer: (question: Question, stream: Stream) => void,
  version: "v1" | "v1alpha" = "v1",
): Promise<URL> {
  const grpc = packageOf(reflectionProto(`grpc.reflection.${version}`))["grpc"] as GrpcObject;
  const own = (grpc["reflection"] as GrpcObject)[version] as GrpcObject;
  const { service } = own["ServerReflection"] as ServiceClientConstructor;
  const server = new Server();
  const implementation: UntypedServiceImplementation = {
    ServerReflectionInfo(stream: Stream) {
      stream.on("data", (question) => answer(question, stream));
      stream.on("end", () => stream.end());
    },
  };
  server.addService(service, implementation);
  const port = await listenGrpc(context, server);
  return new URL(`http://127.0.0.1:${port}`);
}

const services = { listServicesResponse: { service: [{ name: "a.A" }] } };

function file(name: string, dependency: readonly string[] = []): object {
  const { FileDescriptorProto } = descriptor;
  const bytes = FileDescriptorProto.encode(FileDescriptorProto.fromObject({ name, dependency }));
  return { fileDescriptorResponse: { fileDescriptorProto: [Buffer.from(bytes.finish())] } };
}

async function refusal(origin: URL, limits: Partial<DescriptorLimits> = {}): Promise<string> {
  try {
    await fetchDescriptors(origin, nodePlatform, limits);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "FetchFailure", String(error));
    return error.message;
  }
  return "none";
}

interface Case {
  readonly name: string;
  readonly answer: (question: Question, stream: Stream) => void;
  readonly says: RegExp;
  readonly limits?: Partial<DescriptorLimits>;
}

const huge = Buffer.alloc(3 * 1024 * 1024);

const cases: readonly Case[] = [
  {
    name: "tells other files than it is asked for",
    answer: ({ listServices, fileByFilename }, stream) => {
      if (listServices !== undefined) stream.write(services);
      else if (fileByFilename === undefined) stream.write(file("a.proto", ["b.proto"]));
      else stream.write(file("c.proto"));
    },
    says: /asked for "b\.proto" it tells others/,
  },
  {
    name: "invents an import for every file",
    answer: ({ listServices, fileByFilename = "0" }, stream) => {
      if (listServices !== undefined) stream.write(services);
      else stream.write(file(fileByFilename, [String(Number(fileByFilename) + 1)]));
    },
    says: /more than filesMax, 5000 files/,
  },
  {
    name: "tells files without end",
    answer: ({ listServices }, stream) => {
      if (listServices !== undefined) return stream.write(services);
      const name = Buffer.from([0x0a, 1, 97]);
      const field = Buffer.from([0x5a, 0x80, 0x80, 0xc0, 0x01]);
      const one = Buffer.concat([name, field, huge]);
      const fileDescriptorProto = [one, one, one, one];
      stream.write({ fileDescriptorResponse: { fileDescriptorProto } });
    },
    says: /have more than 5242880 bytes together/,
    limits: { allBytesMax: 5 * 1024 * 1024 },
  },
  {
    name: "tells one message that is too large",
    answer: ({ listServices }, stream) => {
      if (listServices !== undefined) return stream.write(services);
      const fileDescriptorProto = Array.from({ length: 7 }, () => huge);
      stream.write({ fileDescriptorResponse: { fileDescriptorProto } });
    },
    says: /message of \d+ bytes|16777216/,
  },
  {
    name: "tells something that is no descriptor",
    answer: ({ listServices }, stream) => {
      if (listServices !== undefined) return stream.write(services);
      stream.write({ fileDescriptorResponse: { fileDescriptorProto: [Buffer.from([0x0a, 99])] } });
    },
    says: /a file that is no descriptor/,
  },
  {
    name: "tells of a service and not its file",
    answer: ({ listServices }, stream) => {
      if (listServices !== undefined) return stream.write(services);
      stream.write({ errorResponse: { errorCode: 5, errorMessage: "secret" } });
    },
    says: /it does not tell "a\.A": secret/,
  },
  {
    name: "answers with an answer to something else",
    answer: (_question, stream) =>
      stream.write({ allExtensionNumbersResponse: { baseTypeName: "x", extensionNumber: [] } }),
    says: /asked for its services it tells something else/,
  },
  {
    name: "breaks off",
    answer: ({ listServices }, stream) => {
      if (listServices !== undefined) stream.write(services);
      else stream.end();
    },
    says: /status 0/,
  },
  {
    name: "falls silent",
    answer: () => undefined,
    says: /no whole answer within 300 ms/,
    limits: { allMsMax: 300 },
  },
];

for (const { name, answer, says, limits } of cases) {
  test(`a server that ${name} is given up with a reason`, async (context) => {
    const origin = await startReflecting(context, answer);
    const before = process.memoryUsage().rss;
    assert.match(await refusal(origin, limits), says);
    assert.ok(process.memoryUsage().rss - before < 200 * 1024 ** 2, "memory grew");
  });
}

test("a server of v1alpha alone is asked in that, and files that import each other end", async (context) => {
  const origin = await startReflecting(
    context,
    ({ listServices, fileByFilename }, stream) => {
      if (listServices !== undefined) stream.write(services);
      else if (fileByFilename === undefined) stream.write(file("a.proto", ["b.proto"]));
      else stream.write(file(fileByFilename, ["a.proto", "google/protobuf/any.proto"]));
    },
    "v1alpha",
  );
  const told = await fetchDescriptors(origin, nodePlatform);
  assert.deepEqual(told.services, ["a.A"]);
  const { file: files } = descriptor.FileDescriptorSet.toObject(
    descriptor.FileDescriptorSet.decode(told.bytes),
  ) as { readonly file: readonly { readonly name: string }[] };
  assert.deepEqual(
    files.map((one) => one.name),
    ["a.proto", "b.proto"],
  );
});

async function startHttp2(
  context: TestContext,
  answer: (stream: ServerHttp2Stream) => void,
): Promise<URL> {
  const server = createServer();
  server.on("stream", answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test("a server of HTTP/2 without gRPC is none, and one that refuses callers is told so", async (context) => {
  const plain = await startHttp2(context, (stream) => {
    stream.respond({ ":status": 404 });
    stream.end();
  });
  assert.match(await refusal(plain), /speaks no gRPC/);
  const closed = await startHttp2(context, (stream) => {
    const status = { "grpc-status": "16", "grpc-message": "who are you" };
    stream.respond({ ":status": 200, "content-type": "application/grpc", ...status });
    stream.end();
  });
  assert.match(await refusal(closed), /status 16, who are you/);
});

test("a server that is named by its address is asked over TLS, too", async (context) => {
  const { port } = await startHttp2(context, (stream) => stream.destroy());
  const refused = await refusal(new URL(`https://127.0.0.1:${port}`));
  assert.match(refused, /^127\.0\.0\.1:\d+ is not there, or speaks no gRPC: ERR_SSL_/);
});
