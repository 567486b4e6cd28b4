/**
 * Microseconds to read a SOAP envelope of 1.8 KB into an order and to write the order again, beside
 * JSON.parse and JSON.stringify of the same order. `node bench/micro/xml.ts [--tiny]`
 */
import { parseArgs } from "node:util";
import type { Value } from "#contract/value.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import { decodeXmlBytes } from "#formats/xml/decode-bytes.ts";
import {
  orderContract,
  orderElement,
  orderEnvelope,
  orderType,
} from "#formats/xml/order-fixture.ts";
import { endOfDocument, XmlTokenizer } from "#formats/xml/tokenizer.ts";

interface Workload {
  readonly name: string;
  /** Gives something that must be there, so that nothing is optimised away. */
  readonly run: () => number;
}

export interface Measurement {
  readonly name: string;
  readonly usPerRun: number;
}

const envelope = Buffer.from(orderEnvelope);
const reader = compileXmlReader(orderContract, orderElement, orderType, { unknown: "reject" });
const writer = compileXmlWriter(orderContract, orderElement, orderType);

/** As a SOAP face does: Envelope, Body, the order, and what closes them. */
function readEnvelope(): Value {
  const tokenizer = new XmlTokenizer(decodeXmlBytes(envelope).text);
  tokenizer.next();
  tokenizer.nextElement();
  tokenizer.nextElement();
  const value = reader.readAt(tokenizer);
  tokenizer.nextElement();
  tokenizer.nextElement();
  tokenizer.finish();
  return value;
}

function readTokens(): number {
  const tokenizer = new XmlTokenizer(decodeXmlBytes(envelope).text);
  let count = 0;
  while (tokenizer.next() !== endOfDocument) count += 1;
  return count;
}

function writeOrder(order: Value): number {
  const written = writer.write(order);
  return written.kind === "text" ? Buffer.byteLength(written.text) : 0;
}

function workloads(): readonly Workload[] {
  const order = readEnvelope();
  const json = JSON.stringify(order);
  return [
    { name: "read the envelope", run: () => Object.keys(readEnvelope() as object).length },
    { name: "write the order", run: () => writeOrder(order) },
    { name: "tokens of the envelope", run: readTokens },
    { name: "JSON.parse", run: () => Object.keys(JSON.parse(json) as object).length },
    { name: "JSON.stringify", run: () => JSON.stringify(order).length },
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
      const us = (user + system) / runsPerRound;
      best.set(name, Math.min(best.get(name) ?? Infinity, us));
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
