/** gRPC, gRPC-Web and Connect, by .proto files or any other contract. */
import type { Protocol } from "#extension/protocol.ts";
import { describeProto } from "./describe.ts";
import { createGrpcFace } from "./face.ts";
import { grpcForms } from "./forms.ts";
import { createGrpcHub } from "./hub.ts";
import { protoImporter } from "./import.ts";
import { tellUnrouted } from "./unrouted.ts";
import { createGrpcUpstream } from "./upstream.ts";

export const grpc = {
  name: "grpc",
  importer: protoImporter,
  describe: describeProto,
  createFace: createGrpcFace,
  createUpstream: createGrpcUpstream,
  createHub: createGrpcHub,
  tellUnrouted,
  forms: grpcForms,
} satisfies Protocol;
