/**
 * The descriptors of a running gRPC server, as it tells them by reflection over HTTP/2: the newest
 * version is tried first. What it tells is bounded in number, bytes and time, and judged later.
 */
import type { ClientHttp2Session, IncomingHttpHeaders } from "node:http2";
import { expectedPeer } from "#base/expected-peer.ts";
import { http2 } from "#base/late-modules.ts";
import type { Platform } from "#base/platform.ts";
import type { Answer, Fault } from "#call/call.ts";
import {
  createReflectedSet,
  reflectionDialects,
  type ReflectionDialect,
} from "#protocols/grpc/ask-reflection.ts";
import { FetchFailure } from "./fetch-contract.ts";

export interface DescriptorLimits {
  readonly allBytesMax: number;
  /** Of all questions together. */
  readonly allMsMax: number;
}

const defaultLimits: DescriptorLimits = { allBytesMax: 20 * 1024 * 1024, allMsMax: 30_000 };
const connectMsMax = 5_000;

export interface FetchedDescriptors {
  /** A FileDescriptorSet. */
  readonly bytes: Buffer;
  /** Full names. */
  readonly services: readonly string[];
}

/** Whatever is there, it speaks no gRPC. */
export class NoGrpc extends FetchFailure {}

/** @param origin of http or https. */
export async function fetchDescriptors(
  origin: URL,
  platform: Pick<Platform, "sockets" | "timers">,
  more: Partial<DescriptorLimits> = {},
): Promise<FetchedDescriptors> {
  const limits = { ...defaultLimits, ...more };
  const session = await openSession(origin, platform);
  let isLate = false;
  const cancel = platform.timers.after(limits.allMsMax, () => {
    isLate = true;
    session.destroy();
  });
  try {
    let refusal: string | undefined;
    for (const dialect of reflectionDialects()) {
      const outcome = await askAll(session, dialect, limits);
      if (outcome.kind === "told") return outcome.descriptors;
      if (outcome.kind === "unknown") throw new NoGrpc(`${origin.host} speaks no gRPC`);
      if (outcome.kind === "broken") {
        const reason = isLate ? `no whole answer within ${limits.allMsMax} ms` : outcome.reason;
        throw new FetchFailure(`${origin.host} does not tell its contract: ${reason}`);
      }
      refusal ??= outcome.reason;
    }
    const advice = "switch reflection on there, or import a descriptor set or the .proto";
    throw new FetchFailure(
      `${origin.host} speaks gRPC and has no reflection (${refusal}); ${advice}`,
    );
  } finally {
    cancel();
    session.destroy();
  }
}

function openSession(
  { protocol, hostname, port }: URL,
  { sockets, timers }: Pick<Platform, "sockets" | "timers">,
): Promise<ClientHttp2Session> {
  const isSecure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const where = { host, port: Number(port) || (isSecure ? 443 : 80) };
  const session = http2().connect(`${protocol}//${hostname}:${where.port}`, {
    createConnection: () =>
      isSecure
        ? sockets.connectTls({ ...where, ...expectedPeer(host), ALPNProtocols: ["h2"] })
        : sockets.connect(where),
  });
  return new Promise((resolve, reject) => {
    const refuse = (why: string): void => {
      cancel();
      session.destroy();
      reject(new NoGrpc(`${hostname}:${where.port} is not there, or speaks no gRPC: ${why}`));
    };
    const cancel = timers.after(connectMsMax, () => refuse(`nothing within ${connectMsMax} ms`));
    session.on("error", (cause: NodeJS.ErrnoException) => refuse(cause.code ?? cause.message));
    session.on("close", () => refuse("it closes the connection"));
    session.on("remoteSettings", () => {
      cancel();
      resolve(session);
    });
  });
}

type Outcome =
  | { readonly kind: "told"; readonly descriptors: FetchedDescriptors }
  /** It speaks no gRPC. */
  | { readonly kind: "unknown" }
  /** This version is not there. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string };

/** GRPC status UNIMPLEMENTED. */
const unimplemented = "12";

/** One question after the other, in one stream. */
function askAll(
  session: ClientHttp2Session,
  dialect: ReflectionDialect,
  { allBytesMax }: DescriptorLimits,
): Promise<Outcome> {
  const set = createReflectedSet(allBytesMax);
  const stream = session.request({
    ...Object.fromEntries(dialect.fields),
    ":method": "POST",
    ":path": dialect.path,
  });
  return new Promise((resolve) => {
    let answers: ReturnType<ReflectionDialect["read"]>;
    let question = set.next();
    let ending: IncomingHttpHeaders = {};
    const settle = (outcome: Outcome): void => {
      stream.close();
      resolve(outcome);
    };
    const broken = (reason: string): void => settle({ kind: "broken", reason });
    const take = (answer: Answer | Fault): boolean => {
      if (question === undefined) broken("it tells what was not asked for");
      const problem = question && set.take(question, answer);
      if (problem !== undefined) broken(problem);
      if (question === undefined || problem !== undefined) return false;
      question = set.next();
      if (question !== undefined) stream.write(dialect.write(question));
      else {
        const descriptors = { bytes: set.bytes(), services: set.services };
        settle({ kind: "told", descriptors });
      }
      return question !== undefined;
    };
    stream.on("response", (head) => {
      ending = head;
      const field = (name: string): string | undefined => textOf(head[name]);
      answers = dialect.read(head[":status"] ?? 0, field);
      if (answers !== undefined) return;
      if (field("grpc-status") === undefined) settle({ kind: "unknown" });
    });
    stream.on("data", (bytes: Buffer) => {
      for (const answer of answers?.push(bytes) ?? []) if (!take(answer)) return;
    });
    stream.on("trailers", (trailers) => (ending = trailers));
    stream.on("error", () => undefined);
    for (const over of ["end", "close"]) stream.on(over, () => settle(endedEarly(ending)));
    if (question !== undefined) stream.write(dialect.write(question));
  });
}

function endedEarly(ending: IncomingHttpHeaders): Outcome {
  const status = textOf(ending["grpc-status"]);
  const message = textOf(ending["grpc-message"])?.slice(0, 200);
  if (status === unimplemented) return { kind: "refused", reason: message ?? "UNIMPLEMENTED" };
  if (status === undefined) return { kind: "broken", reason: "the answer breaks off" };
  return { kind: "broken", reason: `status ${status.slice(0, 3)}, ${message ?? "without a word"}` };
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
