/**
 * Fuzzing over sockets: generated requests, or answers of a service, go through a whole gateway,
 * and what comes out at the other end is judged as the smuggling vectors are.
 */
import { setTimeout as pause } from "node:timers/promises";
import { basePath, startGatewayUnderTest } from "#tests/support/gateway-under-test.ts";
import { judgeAnswers } from "#tests/support/judge-answers.ts";
import { judgeRequests } from "#tests/support/judge-requests.ts";
import { finals, openRaw, splitAt, type RawResult, type Step } from "#tests/support/raw-http.ts";
import { plainAnswer, startRecordingUpstream } from "#tests/support/recording-upstream.ts";
import { sampleOf } from "./campaign.ts";
import type { MessageKind } from "./reading.ts";

export interface BlackBoxFinding {
  readonly seed: number;
  readonly kind: MessageKind;
  readonly bytes: string;
  readonly reasons: readonly string[];
}

export interface BlackBoxReport {
  readonly samples: number;
  /** Samples of which something reached the other end. */
  readonly passed: number;
  readonly findings: readonly BlackBoxFinding[];
}

export interface BlackBoxOptions {
  readonly firstSeed: number;
  readonly corpus: readonly string[];
  readonly goesOn: (samples: number) => boolean;
  readonly concurrency: number;
}

export async function runBlackBox(options: BlackBoxOptions): Promise<BlackBoxReport> {
  const findings: BlackBoxFinding[] = [];
  let samples = 0;
  let passed = 0;
  const lane = async (): Promise<void> => {
    while (options.goesOn(samples)) {
      const seed = options.firstSeed + samples++;
      const sample = sampleOf(seed, options.corpus);
      const cuts = sample.cuts.length > 8 ? sample.cuts.slice(0, 40) : sample.cuts;
      const text = sample.bytes.toString("latin1");
      const { kind } = sample;
      const outcome =
        kind === "request" ? await passRequest(text, cuts) : await passAnswer(text, cuts, kind);
      if (outcome.passed) passed++;
      if (outcome.reasons.length === 0) continue;
      findings.push({ seed, kind, bytes: outcome.bytes, reasons: outcome.reasons });
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, lane));
  return { samples, passed, findings };
}

interface Outcome {
  readonly bytes: string;
  readonly passed: boolean;
  readonly reasons: readonly string[];
}

async function passRequest(text: string, cuts: readonly number[]): Promise<Outcome> {
  // Generated targets are brought below the service's prefix.
  const bytes = text.replace(/ \/(?!echo)(?=[^ \r\n]* HTTP)/g, " /echo/");
  const upstream = await startRecordingUpstream();
  const gateway = await startGatewayUnderTest({ upstreamPort: upstream.port });
  try {
    await converse(gateway.port, splitAt(bytes, cuts, 0), []);
    const received = upstream.connections();
    const sent = Buffer.from(bytes, "latin1");
    const reasons = judgeRequests({ sent, received, basePath });
    return { bytes, passed: received.length > 0, reasons };
  } finally {
    await gateway.close();
    await upstream.close();
  }
}

async function passAnswer(
  bytes: string,
  cuts: readonly number[],
  kind: MessageKind,
): Promise<Outcome> {
  const reply = splitAt(bytes, cuts, 0);
  const upstream = await startRecordingUpstream({
    answer: (request, index) => (index === 0 ? [...reply, "close"] : plainAnswer(request)),
  });
  const gateway = await startGatewayUnderTest({ upstreamPort: upstream.port });
  const method = kind === "answer" ? "GET" : "HEAD";
  const methods = [method];
  try {
    const request = `${method} /echo/x HTTP/1.1\r\nHost: a.test\r\n\r\n`;
    const { received, closed } = await converse(gateway.port, [request], methods);
    const reasons = judgeAnswers({ received, methods, closed });
    const passed = !received.toString("latin1").startsWith("HTTP/1.1 502 ");
    return { bytes, passed, reasons };
  } finally {
    await gateway.close();
    await upstream.close();
  }
}

async function converse(
  port: number,
  steps: readonly Step[],
  methods: readonly string[],
): Promise<RawResult> {
  const connection = await openRaw(port, methods);
  await connection.send(...steps);
  await connection.wait((seen) => finals(seen) > 0, 60);
  await pause(5);
  const result = await connection.wait(() => true);
  connection.close();
  return result;
}

export function describeBlackBoxFinding(finding: BlackBoxFinding): string {
  const { seed, kind, bytes, reasons } = finding;
  return `seed ${seed}, ${kind}\n  bytes ${JSON.stringify(bytes)}\n  ${reasons.join("\n  ")}`;
}
