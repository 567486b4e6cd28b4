/** A service and callers who prove in the message who they are, for the tests of this folder. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReplayMemory, createReplayTable } from "#base/replay-table.ts";
import type { CallerProof, SignatureProof, UpstreamSecurity } from "#extension/message-security.ts";
import type { Face, FaceRequest } from "#extension/protocol.ts";
import { billing, operationNamed } from "#protocols/soap/billing-fixture.ts";
import { createSoapFace } from "#protocols/soap/face.ts";
import { post } from "#protocols/soap/message-fixture.ts";
import { createSoapUpstream } from "#protocols/soap/upstream.ts";
import {
  issueCertificate,
  makeAuthority,
  type CertificateFiles,
} from "#tests/support/certificates.ts";

export const service = { serviceName: "billing", contract: billing };
const operation = operationNamed(billing, "getInvoice");
const call = { operation, input: { id: "4711" }, headers: { session: "s-1" } };

const clock = { nowMs: () => time.nowMs, monotonicMs: () => 0 };
let count = 0;
/** Different every time, and the same in every run. */
const random = {
  bytes: (size: number) => Buffer.alloc(size, (count += 1).toString(16).padStart(4, "0")),
};

export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

function read({ certFile, keyFile }: CertificateFiles): Identity {
  return { certificate: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
}

function makeIdentities() {
  const folder = mkdtempSync(join(tmpdir(), "parlance-wsse-"));
  try {
    const authority = makeAuthority(folder, "authority");
    const names = ["DNS:branch.example.org", "email:branch@example.org"];
    return {
      rsa: read(makeAuthority(folder, "erp", "rsa")),
      ec: read(makeAuthority(folder, "partner")),
      stranger: read(makeAuthority(folder, "stranger")),
      authority: read(authority),
      branch: read(issueCertificate(folder, "branch", authority, names)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const identities = makeIdentities();

/** Within the time of the certificates; moved on by tests. */
export const time = { nowMs: Date.now() + 2_000 };

export function proofOf(more: Partial<CallerProof>): CallerProof {
  const limits = { ageMsMax: 300_000, skewMs: 60_000 };
  return { caller: "erp", password: undefined, signature: undefined, ...limits, ...more };
}

export function signatureOf(more: Partial<SignatureProof> = {}): SignatureProof {
  return {
    certificates: identities.rsa.certificate,
    authorities: undefined,
    name: undefined,
    signed: ["body", "timestamp", "headers"],
    sha1: false,
    ...more,
  };
}

export const password = { username: "erp", password: " p<&w", digest: false, withoutTls: false };

export function createFace(...proofs: readonly CallerProof[]): Face {
  const replays = createReplayTable(createReplayMemory(256), clock);
  return createSoapFace(service, { security: { proofs, replays }, clock });
}

export function signing(
  { certificate, key }: Identity = identities.rsa,
  more: Partial<UpstreamSecurity> = {},
): UpstreamSecurity {
  const signature = { certificate, key, parts: ["body", "timestamp"] } as const;
  return { usernameToken: undefined, signature, ageMsMax: 300_000, ...more };
}

export function naming(digest: boolean, more: Partial<typeof password> = {}): UpstreamSecurity {
  const usernameToken = { ...password, ...more, digest };
  return { usernameToken, signature: undefined, ageMsMax: 300_000 };
}

/** A call as an upstream writes it. */
export function written(security: UpstreamSecurity, headers: object = {}): string {
  const upstream = createSoapUpstream(service, { security, clock, random });
  const request = upstream.encode({ ...call, headers: headers as typeof call.headers });
  assert.ok(request.kind === "request");
  return request.body.toString();
}

/** What the face makes of it: `erp getInvoice {"id":"4711"}`, or `code: message`. */
export function outcome(
  face: Face,
  body: string | Buffer,
  more: Partial<FaceRequest> = {},
): string {
  const request = { ...post(body), scheme: "https", proof: "required", ...more } as const;
  const decoded = face.decode(request);
  if (decoded.kind === "call") {
    const { provenCaller = "nobody", call: found } = decoded;
    const headers = Object.keys(found.headers).length === 0 ? "" : JSON.stringify(found.headers);
    return `${provenCaller} ${found.operation.id} ${JSON.stringify(found.input)}${headers}`;
  }
  assert.ok(decoded.kind === "fault");
  assert.equal(decoded.fault.blame, "client");
  return `${decoded.fault.code}: ${decoded.fault.message}`;
}

export const proven = 'erp getInvoice {"id":"4711"}';
