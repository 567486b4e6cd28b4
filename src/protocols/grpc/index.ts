/** gRPC, gRPC-Web and Connect, by .proto files or any other contract. */
import type { Protocol } from "#extension/protocol.ts";
import { createGrpcFace } from "./face.ts";
import { protoImporter } from "./import.ts";
import { createGrpcUpstream } from "./upstream.ts";

export const grpc = {
  name: "grpc",
  importer: protoImporter,
  createFace: createGrpcFace,
  createUpstream: createGrpcUpstream,
} satisfies Protocol;
