/** What is translated where: the services of the gateway, and what nginx answers for them. */
import { writeFileSync } from "node:fs";
import type { GatewayPlan } from "#bench/load/gateway.ts";
import { createRig, type Rig } from "#bench/rig/rig.ts";
import {
  answerEnvelope,
  findOpenApi,
  orderJson,
  orderOpenApi,
  orderProto,
  orderWsdl,
} from "./documents.ts";

const linesPerMiB = 4_900;

/** @param largeMiB size of the large SOAP answer. */
export function createTranslateRig(largeMiB: number): Promise<Rig> {
  return createRig({
    files: {
      "answer.xml": answerEnvelope(),
      "answer.json": orderJson(),
      "large.xml": answerEnvelope(linesPerMiB * largeMiB),
    },
    locations: `    types { text/xml xml; application/json json; }
    location = /soap { error_page 405 =200 /answer.xml; return 405; }
    location = /rest/submit { error_page 405 =200 /answer.json; return 405; }
    location = /rest/find/1 { try_files /answer.json =404; }
    location = /large { error_page 405 =200 /large.xml; return 405; }
    location = /answer.xml { error_page 405 =200 /answer.xml; }
    location = /answer.json { error_page 405 =200 /answer.json; }
    location = /large.xml { error_page 405 =200 /large.xml; }`,
  });
}

export function translatePlan(rig: Rig): GatewayPlan {
  const wsdl = `${rig.directory}/orders.wsdl`;
  const openApi = `${rig.directory}/orders.openapi.json`;
  writeFileSync(wsdl, orderWsdl);
  const found = `${rig.directory}/found.openapi.json`;
  writeFileSync(openApi, orderOpenApi);
  writeFileSync(found, findOpenApi);
  const origin = `http://127.0.0.1:${rig.upstream.port}`;
  return {
    workers: 1,
    cores: rig.cores.gateway,
    readyPath: "/livez",
    services: {
      old: { contract: wsdl, instances: [`${origin}/soap`] },
      large: { contract: wsdl, instances: [`${origin}/large`] },
      one: { contract: found, instances: [`${origin}/rest`] },
      two: { contract: found, instances: [`${origin}/rest`] },
      rest: { contract: openApi, instances: [`${origin}/rest`] },
    },
  };
}

/** Before a gRPC service alone. */
export function grpcPlan(rig: Rig, instancePort: number): GatewayPlan {
  const contract = `${rig.directory}/orders.proto`;
  writeFileSync(contract, orderProto);
  return {
    workers: 1,
    cores: rig.cores.gateway,
    readyPath: "/livez",
    services: { orders: { contract, instances: [`http://127.0.0.1:${instancePort}`] } },
  };
}
