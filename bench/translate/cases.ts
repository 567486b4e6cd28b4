/** Exchanges between dialects under load, and one document that is large. */
import { request } from "undici";
import type { Gateway } from "#bench/load/gateway.ts";
import { atMost, none, type Finding, type LoadCase, type LoadSite } from "#bench/load/load-case.ts";
import { cpuUsOf, residentBytesOf } from "#bench/rig/process-tree.ts";
import { median } from "#bench/rig/statistics.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { startService } from "#bench/grpc/service.ts";
import { callEnvelope, callXml, orderFrame, orderJson } from "./documents.ts";
import { grpcPlan, translatePlan } from "./site.ts";

interface Exchange {
  readonly path: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: string;
  /** What a right answer holds. */
  readonly holds: string;
}

const jsonType = "application/json";
const number = "9007199254740993";

function headersOf({ contentType, accept }: Exchange): Record<string, string> {
  return { "content-type": contentType, accept };
}

async function check(gateway: Gateway, exchange: Exchange): Promise<void> {
  const url = `http://127.0.0.1:${gateway.port}${exchange.path}`;
  const { body, statusCode } = await request(url, {
    method: "POST",
    headers: headersOf(exchange),
    body: exchange.body,
  });
  const text = await body.text();
  if (statusCode !== 200 || !text.includes(exchange.holds)) {
    throw new Error(`the answer is wrong: ${statusCode} ${text.slice(0, 500)}`);
  }
}

/** Lua; the body has neither `]]` nor line ends. */
function scriptOf(exchange: Exchange): string {
  const fields = Object.entries(headersOf(exchange));
  return [
    'wrk.method = "POST"',
    `wrk.body = [[${exchange.body}]]`,
    ...fields.map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
  ].join("\n");
}

async function measure(
  site: LoadSite,
  exchange: Exchange,
  cpuUsMax?: number,
  plan = translatePlan(site.rig),
): Promise<readonly Finding[]> {
  const gateway = await site.start(plan);
  await check(gateway, exchange);
  const url = `http://127.0.0.1:${gateway.port}${exchange.path}`;
  const load = { url, connections: site.connections, script: scriptOf(exchange) };
  // Warm-up: code is compiled, connections are opened.
  let { errors } = await site.rig.load({ ...load, seconds: site.tiny ? 0.2 : 3 });
  const cpuUs: number[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < site.rounds; round += 1) {
    const before = cpuUsOf(gateway.pid);
    const result = await site.rig.load({ ...load, seconds: site.seconds });
    cpuUs.push((cpuUsOf(gateway.pid) - before) / Math.max(1, result.requests));
    perSecond.push(result.requests / result.seconds);
    errors += result.errors;
  }
  const cpu = { name: "CPU for each exchange", value: median(cpuUs), unit: "µs" };
  const findings: Finding[] = [
    cpuUsMax === undefined ? cpu : atMost(cpu.name, cpu.value, cpuUsMax, cpu.unit, !site.tiny),
    { name: "exchanges a second on one core", value: median(perSecond), unit: "1/s" },
    { name: "RSS", value: mebibytes(residentBytesOf(gateway.pid)), unit: "MiB" },
    none("failed requests", errors, "requests"),
  ];
  return findings;
}

function caseOf(id: string, title: string, exchange: Exchange, cpuUsMax?: number): LoadCase {
  return { id, title, run: (site) => measure(site, exchange, cpuUsMax) };
}

const json = { contentType: jsonType, accept: jsonType, body: orderJson() };
const xml = { contentType: "application/xml", accept: "application/xml" };
const soap = { contentType: "text/xml", accept: "text/xml", body: callEnvelope() };

/** The whole order of both services, whose two calls are each that of `rpc-json`. */
function graphqlBody(): string {
  const order =
    "{ order { number placedAt customer address { street city country } note " +
    "line { sku description quantity price shipped } } }";
  return JSON.stringify({ query: `{ one_find(id: "1") ${order} two_find(id: "1") ${order} }` });
}

const jsonGrpc: LoadCase = {
  id: "json-grpc",
  title: "JSON to gRPC and back",
  run: async (site) => {
    const service = await startService(site.rig, orderFrame());
    // Of a .proto nothing is null.
    const body = json.body.replace('"note":null,', "");
    const exchange = { ...json, body, path: "/orders/Submit", holds: number };
    try {
      return await measure(site, exchange, 150, grpcPlan(site.rig, service.port));
    } finally {
      await service.stop();
    }
  },
};

const large: LoadCase = {
  id: "large",
  title: "A SOAP answer of 10 MiB to a caller of JSON",
  run: async (site) => {
    const gateway = await site.start(translatePlan(site.rig));
    const exchange: Exchange = { ...json, path: "/large/submit", holds: number };
    await check(gateway, { ...exchange, path: "/old/submit" });
    const before = mebibytes(residentBytesOf(gateway.pid));
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, mebibytes(residentBytesOf(gateway.pid)));
    }, 20);
    const rounds = site.tiny ? 1 : 20;
    const cpuBefore = cpuUsOf(gateway.pid);
    for (let round = 0; round < rounds; round += 1) await check(gateway, exchange);
    const cpuMs = (cpuUsOf(gateway.pid) - cpuBefore) / 1000 / rounds;
    clearInterval(timer);
    return [
      { name: "exchanges, one after the other", value: rounds, unit: "" },
      { name: "RSS before", value: before, unit: "MiB" },
      { name: "RSS at its highest", value: Math.max(before, peak), unit: "MiB" },
      { name: "CPU for each exchange", value: cpuMs, unit: "ms" },
    ];
  },
};

export const cases: readonly LoadCase[] = [
  caseOf(
    "json-soap",
    "JSON to SOAP 1.1 and back",
    { ...json, path: "/old/submit", holds: number },
    110,
  ),
  caseOf("xml-soap", "XML to SOAP 1.1 and back", {
    ...xml,
    body: callXml(),
    path: "/old/submit",
    holds: number,
  }),
  caseOf("soap-json", "SOAP 1.1 to JSON and back", { ...soap, path: "/soap/rest", holds: number }),
  caseOf("json-xml", "JSON with the answer in XML", {
    ...json,
    accept: "application/xml",
    path: "/rest/submit",
    holds: number,
  }),
  caseOf("pass", "JSON to JSON, passed as it is", { ...json, path: "/rest/submit", holds: number }),
  jsonGrpc,
  caseOf("rpc-json", "JSON-RPC to JSON and back, one call", {
    ...json,
    body: '{"jsonrpc":"2.0","id":1,"method":"one.find","params":{"id":"1"}}',
    path: "/rpc",
    holds: number,
  }),
  caseOf("graphql", "GraphQL to JSON and back, one query over two services", {
    ...json,
    body: graphqlBody(),
    path: "/graphql",
    holds: number,
  }),
  large,
];
