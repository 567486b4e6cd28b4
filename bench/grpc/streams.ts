/**
 * Many streams of many messages at once, before readers that dawdle: every message arrives, in
 * order, and what the gateway holds stays within bounds.
 */
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding, LoadCase, LoadSite } from "#bench/load/load-case.ts";
import { none } from "#bench/load/load-case.ts";
import { cpuUsOf, residentBytesOf } from "#bench/rig/process-tree.ts";
import { mebibytes } from "#bench/rig/table.ts";
import { methods, numberedFrame, numberOf } from "./frames.ts";
import { planOf } from "./proxies.ts";
import { startService } from "./service.ts";

const addedMiBMax = 96;
/** A reader looks away whenever it has got so much, for so long. */
const dawdleBytes = 64 * 1024;
const dawdleMs = 2;

interface Form {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Throws unless what has come begins with messages in order. @returns what is left over. */
  readonly read: (bytes: Buffer, seen: { count: number }) => Buffer;
}

const frame = numberedFrame(0);

const passed: Form = {
  path: methods.watch,
  fields: { "content-type": "application/grpc", te: "trailers" },
  body: frame,
  read(bytes, seen) {
    let at = 0;
    for (; bytes.length - at >= frame.length; at += frame.length) {
      expectNumber(numberOf(bytes, at), seen);
    }
    return bytes.subarray(at);
  },
};

const lines: Form = {
  path: "/bench/Watch",
  fields: { "content-type": "application/json", accept: "application/x-ndjson" },
  body: Buffer.from("{}"),
  read(bytes, seen) {
    let from = 0;
    for (let end = bytes.indexOf(10, from); end >= 0; end = bytes.indexOf(10, from)) {
      const line = JSON.parse(bytes.toString("utf8", from, end)) as { readonly number?: number };
      expectNumber(line.number ?? NaN, seen);
      from = end + 1;
    }
    return bytes.subarray(from);
  },
};

function expectNumber(number: number, seen: { count: number }): void {
  if (number !== seen.count) throw new Error(`message ${seen.count} is ${number}`);
  seen.count += 1;
}

export const streamsPassed = caseOf("streams", "Streams that pass as they are", passed);
export const streamsAsLines = caseOf("streams-json", "Streams as JSON lines", lines);

function caseOf(id: string, title: string, form: Form): LoadCase {
  return {
    id,
    title: `${title}: 100 at once, 10,000 messages each`,
    run: (site) => run(site, form),
  };
}

async function run(site: LoadSite, form: Form): Promise<readonly Finding[]> {
  const streams = site.tiny ? 10 : 100;
  const messages = site.tiny ? 300 : 10_000;
  const service = await startService(site.rig, frame, messages);
  try {
    const gateway = await site.start(planOf(site, service.port));
    // Code is compiled, and the session to the instance open.
    await readAll(gateway.port, form, site.tiny ? 1 : 20);
    const beforeMiB = mebibytes(residentBytesOf(gateway.pid));
    let peakMiB = beforeMiB;
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, mebibytes(residentBytesOf(gateway.pid)));
    }, 20);
    const cpuBefore = cpuUsOf(gateway.pid);
    const counts = await readAll(gateway.port, form, streams);
    clearInterval(timer);
    const total = streams * messages;
    const cpuUs = (cpuUsOf(gateway.pid) - cpuBefore) / total;
    const added = peakMiB - beforeMiB;
    const bound = { reach: `<= ${addedMiBMax}`, held: added <= addedMiBMax, strict: true };
    return [
      { name: "messages", value: total, unit: "" },
      { name: "CPU for each message", value: cpuUs, unit: "µs" },
      { name: "RSS before", value: beforeMiB, unit: "MiB" },
      { name: "RSS added at the highest", value: added, unit: "MiB", ...bound },
      none("streams without all messages", counts.filter((one) => one !== messages).length, ""),
    ];
  } finally {
    await service.stop();
  }
}

/** On two connections. @returns how many messages each stream had. */
async function readAll(port: number, form: Form, streams: number): Promise<readonly number[]> {
  const sessions = [0, 1].map(() => connect(`http://127.0.0.1:${port}`));
  try {
    return await Promise.all(
      Array.from({ length: streams }, (_, index) =>
        readOne(sessions[index % 2] as ClientHttp2Session, form),
      ),
    );
  } finally {
    for (const session of sessions) session.close();
  }
}

async function readOne(session: ClientHttp2Session, form: Form): Promise<number> {
  const stream: ClientHttp2Stream = session.request({
    ":method": "POST",
    ":path": form.path,
    ...form.fields,
  });
  stream.end(form.body);
  const seen = { count: 0 };
  let left: Buffer = Buffer.alloc(0);
  let sinceDawdle = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    left = form.read(left.length === 0 ? part : Buffer.concat([left, part]), seen);
    sinceDawdle += part.length;
    if (sinceDawdle < dawdleBytes) continue;
    sinceDawdle = 0;
    await sleep(dawdleMs);
  }
  return left.length === 0 ? seen.count : NaN;
}
