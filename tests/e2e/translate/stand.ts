/** Gateways in this process that run contracts, and services in the place of their instances. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { checkConfiguration } from "#app/check-configuration.ts";
import { standardExtensions } from "#app/standard-extensions.ts";
import { standardProtocols } from "#app/standard-protocols.ts";
import { nodePlatform } from "#base/platform.ts";
import type { Blame, FaultKind } from "#base/fault-kind.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { Revision } from "#configuration/configuration.ts";
import { createGateway, type Gateway } from "#gateway/gateway.ts";
import type { Recorder } from "#gateway/recorder.ts";
import { openRecords } from "#state/open-records.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { listenHttp } from "#tests/support/listen-http.ts";

type Scope = Pick<TestContext, "after">;

/** What is left of an exchange once it is over. */
export interface SeenExchange {
  readonly id: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly kind: FaultKind | undefined;
  readonly blame: Blame | undefined;
  readonly aborted: boolean;
}

export interface TranslatingGateway {
  readonly port: number;
  readonly url: string;
  readonly gateway: Gateway;
  /** The one that it began with. */
  readonly revision: Revision;
  readonly done: readonly SeenExchange[];
}

export interface GatewayText {
  /** YAML from `services` on; without `callers`, everybody may call everything. */
  readonly text: string;
  /** Contracts by the names that the text gives them. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  /** Instead of those of this build. */
  readonly protocols?: readonly Protocol[];
  readonly recorder?: Recorder;
}

export async function startTranslating(
  scope: Scope,
  { text, files, protocols = standardProtocols, recorder }: GatewayText,
): Promise<TranslatingGateway> {
  const folder = temporaryFolder(scope);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const path = join(folder, "parlance.yaml");
  const callers = /^callers:/m.test(text) ? "" : "callers: open\n";
  writeFileSync(path, `version: 1\n${callers}${text}`);
  const { revision, diagnostics } = await checkConfiguration(
    { path },
    nodePlatform.files,
    () => {},
  );
  assert.ok(revision, JSON.stringify(diagnostics, undefined, 1));
  const done: SeenExchange[] = [];
  const observer: Parameters<typeof createGateway>[1] = {
    onBegin: () => undefined,
    onRouted: () => undefined,
    onDone: ({ id, status, problem, fault, aborted }) => {
      const code = problem?.definition.code ?? fault?.code;
      const kind = problem?.definition.faultKind ?? fault?.faultKind;
      const blame = problem?.definition.blame ?? fault?.blame;
      done.push({ id, status, code, kind, blame, aborted });
    },
  };
  const records = openRecords(revision.configuration.stateFolder ?? folder);
  const gateway = createGateway(
    nodePlatform,
    observer,
    revision,
    () => ({ ...standardExtensions, protocols }),
    { recorder, records },
  );
  const port = await gateway.listen({ host: "127.0.0.1", port: 0, shared: false });
  scope.after(async () => {
    const { configuration } = revision;
    const timeouts = { ...configuration.timeouts, drainMs: 1 };
    gateway.take({
      id: "last",
      // Files that callers' proofs are read from may be gone by now.
      configuration: { ...configuration, services: [], callers: "open", timeouts },
      contracts: new Map(),
    });
    await gateway.drain();
    await records.close();
  });
  return { port, url: `http://127.0.0.1:${port}`, gateway, revision, done };
}

export interface ServiceRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ServiceAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** "break": the connection is closed instead of an answer; "stall": nothing is said. */
  readonly body: string | Buffer | "break" | "stall";
}

export interface StandInService {
  readonly port: number;
  readonly url: string;
  readonly requests: ServiceRequest[];
  /** Decides what the next requests get. */
  answer: (request: ServiceRequest) => ServiceAnswer;
}

/** @param answer may be exchanged later. */
export async function startStandIn(
  scope: Scope,
  answer: (request: ServiceRequest) => ServiceAnswer,
): Promise<StandInService> {
  const requests: ServiceRequest[] = [];
  const origin = await listenHttp(scope, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("error", () => undefined);
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const { method = "", url = "", headers } = incoming;
      const request = { method, url, headers, body: Buffer.concat(chunks).toString("utf8") };
      requests.push(request);
      const { status = 200, headers: own = {}, body } = service.answer(request);
      if (body === "break") return void incoming.socket.destroy();
      if (body === "stall") return;
      outgoing.writeHead(status, own);
      outgoing.end(body);
    });
  });
  const port = Number(new URL(origin).port);
  const service: StandInService = { port, url: origin, requests, answer };
  return service;
}
