/**
 * Microseconds to decode a SOAP call of 1.8 KB at the face, to encode it for an instance, and the
 * same for an answer: one order with six lines. `node bench/micro/soap.ts [--tiny]`
 */
import { parseArgs } from "node:util";
import type { Call } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import type { FaceRequest } from "#extension/protocol.ts";
import {
  orderContract,
  orderElement,
  orderEnvelope,
  orderType,
} from "#formats/xml/order-fixture.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { createSoapUpstream } from "#protocols/soap/upstream.ts";

export interface Measurement {
  readonly name: string;
  readonly usPerRun: number;
}

const message = { type: orderType as Operation["input"]["type"], headers: [] };
const operation: Operation = {
  id: "store",
  mode: "unary",
  safety: "unsafe",
  input: message,
  output: message,
  faults: [],
  soap: {
    version: "1.1",
    versions: ["1.1"],
    action: "urn:store",
    style: "document",
    wrapped: true,
    use: "literal",
    input: orderElement,
    output: orderElement,
  },
};
const contract: Contract = { ...orderContract, operations: [operation] };
const service = { serviceName: "orders", contract };
const face = createSoapFace(service);
const upstream = createSoapUpstream(service);

const envelope = Buffer.from(orderEnvelope);
const fields: Readonly<Record<string, string>> = {
  "content-type": "text/xml; charset=utf-8",
  soapaction: '"urn:store"',
};
const field = (name: string) => fields[name];
const request: FaceRequest = { method: "POST", path: "/", query: "", field, body: envelope };

function decodeCall(): Call {
  const decoded = face.decode(request);
  if (decoded.kind !== "call") throw new Error(JSON.stringify(decoded));
  return decoded.call;
}

function workloads(): readonly { readonly name: string; readonly run: () => number }[] {
  const decoded = face.decode(request);
  const call = decodeCall();
  const output: ValueRecord = call.input;
  const negotiated = decoded.kind === "call" ? decoded.negotiated : undefined;
  const context = { operation, exchangeId: "exchange", negotiated };
  const reply = { kind: "answer", output, headers: createRecord() } as const;
  const response = { status: 200, field, body: envelope };
  return [
    { name: "face: decode the call", run: () => Object.keys(decodeCall().input).length },
    {
      name: "upstream: encode the call",
      run: () => {
        const sent = upstream.encode(call);
        return sent.kind === "request" ? sent.body.length : 0;
      },
    },
    {
      name: "upstream: decode the answer",
      run: () => (upstream.decode(response, call).kind === "answer" ? 1 : 0),
    },
    { name: "face: encode the answer", run: () => face.encode(reply, context).body.length },
  ];
}

/** The best of interleaved rounds for each workload. */
export function measure(rounds: number, runsPerRound: number): readonly Measurement[] {
  const all = workloads();
  const best = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of all) {
      const before = process.cpuUsage();
      for (let count = 0; count < runsPerRound; count += 1) {
        if (run() === 0) throw new Error(`${name} gave nothing`);
      }
      const { user, system } = process.cpuUsage(before);
      best.set(name, Math.min(best.get(name) ?? Infinity, (user + system) / runsPerRound));
    }
  }
  return all.map(({ name }) => ({ name, usPerRun: best.get(name) ?? 0 }));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { tiny: { type: "boolean", default: false } } });
  const measurements = values.tiny ? measure(1, 10) : measure(7, 20_000);
  console.log(`envelope of ${envelope.length} bytes, best of interleaved rounds, in µs of CPU`);
  for (const { name, usPerRun } of measurements) {
    console.log(`${usPerRun.toFixed(1).padStart(8)}  ${name}`);
  }
}
