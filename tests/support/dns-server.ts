/** A DNS server on loopback that answers as a test tells it (RFC 1035, RFC 2782), by UDP alone. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { TestContext } from "node:test";

export interface DnsRecord {
  readonly type: "A" | "SRV";
  /** Of A. */
  readonly address?: string;
  /** Of SRV. */
  readonly service?: {
    readonly name: string;
    readonly port: number;
    readonly priority: number;
    readonly weight: number;
  };
  readonly ttlS?: number;
}

export interface DnsServer {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** By lower-case name. A name that is not there does not exist. */
  readonly zone: Map<string, readonly DnsRecord[]>;
  /** What it does instead of answering by the zone. */
  mode: "answer" | "fail" | "silent" | "garbage";
  /** How many questions have come. */
  readonly asked: () => number;
}

const types = { A: 1, SRV: 33 } as const;

export async function runDns(scope: Pick<TestContext, "after">): Promise<DnsServer> {
  const socket = createSocket("udp4");
  let asked = 0;
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  scope.after(() => socket.close());
  const zone = new Map<string, readonly DnsRecord[]>();
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    zone,
    mode: "answer",
    asked: () => asked,
  };
  socket.on("message", (question, { port, address }) => {
    asked++;
    if (server.mode === "silent") return;
    const answer =
      server.mode === "garbage" ? garbageFor(question) : answerTo(question, zone, server.mode);
    socket.send(answer, port, address);
  });
  return server;
}

/** The id fits, and then comes a name that points to itself. */
function garbageFor(question: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 0xc0, 12, 0xc0, 12]);
  question.copy(head, 0, 0, 2);
  return head;
}

function answerTo(
  question: Buffer,
  zone: ReadonlyMap<string, readonly DnsRecord[]>,
  mode: "answer" | "fail",
): Buffer {
  const { name, end } = readName(question, 12);
  const type = question.readUInt16BE(end);
  const all = zone.get(name.toLowerCase());
  const records = all?.filter((record) => types[record.type] === type) ?? [];
  const code = mode === "fail" ? 2 : all === undefined ? 3 : 0;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(code === 0 ? records.length : 0, 6);
  const asIs = question.subarray(12, end + 4);
  return Buffer.concat([head, asIs, ...(code === 0 ? records.map(writeRecord) : [])]);
}

function readName(bytes: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = bytes[at] ?? 0; length > 0; length = bytes[at] ?? 0) {
    labels.push(bytes.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join("."), end: at + 1 };
}

function writeRecord({ type, address = "", service, ttlS = 0 }: DnsRecord): Buffer {
  const data = service === undefined ? Buffer.from(address.split(".").map(Number)) : srv(service);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(types[type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttlS, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function srv({ name, port, priority, weight }: NonNullable<DnsRecord["service"]>): Buffer {
  const numbers = Buffer.alloc(6);
  for (const [index, number] of [priority, weight, port].entries()) {
    numbers.writeUInt16BE(number, 2 * index);
  }
  const labels = name.split(".").map((label) => {
    const bytes = Buffer.from(label, "latin1");
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}
