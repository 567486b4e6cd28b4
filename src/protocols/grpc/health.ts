/**
 * The health service of gRPC (grpc.health.v1), as the gateway itself: whether it serves, and
 * whether it knows a service. Whether instances are well is a matter of balancing, and stands in
 * the log.
 */
import type { Fault, Reply } from "#call/call.ts";
import { createRecord } from "#contract/value.ts";
import type { Hub, HubService, HubSession } from "#extension/hub.ts";
import type { FaceContext } from "#extension/protocol.ts";
import { createGrpcFace } from "./face.ts";
import { protoImporter } from "./import.ts";
import { grpcFault } from "./problems.ts";

/** From grpc/grpc-proto, without its comments. */
const healthProto = `syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health { rpc Check(HealthCheckRequest) returns (HealthCheckResponse); }
`;

const ownName = "grpc.health.v1.Health";

export function createHealthHub(services: readonly HubService[]): Hub {
  const file = "health.proto";
  const { contract } = protoImporter.import({ file, text: healthProto, read: () => undefined });
  const face = createGrpcFace({ serviceName: ownName, contract });
  /** Which operations stand behind a name, to be asked whether the caller may know of them. */
  const known = new Map<string, (readonly [serviceName: string, operationId: string])[]>();
  for (const { serviceName, contract: own } of services) {
    for (const { id, grpc } of own.operations) {
      if (grpc === undefined) continue;
      const named = known.get(grpc.service) ?? [];
      named.push([serviceName, id]);
      known.set(grpc.service, named);
    }
  }
  const reply = (name: string, session: HubSession): Reply => {
    const named = known.get(name) ?? [];
    const isKnown = name === "" || named.some(([service, id]) => session.may(service, id));
    if (!isKnown) return unknown(name);
    const output = createRecord();
    output["status"] = "SERVING";
    return { kind: "answer", output, headers: createRecord() };
  };
  return {
    addresses: [
      { path: `/${ownName}/Check`, methods: ["POST", "GET"] },
      { path: `/${ownName}/{method}`, methods: ["POST", "GET"] },
    ],
    handle(request, session) {
      const { exchangeId } = session;
      const decoded = face.decode(request);
      if (decoded.kind === "document") return Promise.resolve(decoded.response);
      if (decoded.kind === "fault") {
        const { operation, negotiated } = decoded;
        return Promise.resolve(face.encode(decoded.fault, { operation, negotiated, exchangeId }));
      }
      const { call, negotiated } = decoded;
      const context: FaceContext = { operation: call.operation, negotiated, exchangeId };
      const name = call.input["service"];
      const asked = typeof name === "string" ? name : "";
      return Promise.resolve(face.encode(reply(asked, session), context));
    },
  };
}

function unknown(name: string): Fault {
  const message = `no service ${name.slice(0, 200)} is known here, or you may not call it`;
  return grpcFault("not_found", "service-unknown", message);
}
