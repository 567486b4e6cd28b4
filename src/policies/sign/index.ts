/** Signs requests on their way to instances, which can refuse those that came by another way. */
import { createHash } from "node:crypto";
import { nodeDisk } from "#base/platform.ts";
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import type { SentRequest } from "#extension/attempt.ts";
import type { Policy, PolicyRequest } from "#extension/policy.ts";
import { signRequest } from "#formats/http-signature/sign-request.ts";
import { createKeyKeeper } from "./key-keeper.ts";

interface Options {
  readonly keys: string;
  readonly expiresMs: number;
  readonly rotateDays: number;
  readonly digestBytesMax: number;
}

const label = "parlance";
const nonceBytes = 16;
const dayMs = 86_400_000;
/** Those that every request has. */
const always = ["@method", "@authority", "@path", "@query", "parlance-exchange"];

export const sign: Policy<Options> = {
  name: "sign",
  summary: "Signs requests to instances, so that they can refuse calls that came by another way.",
  description:
    "HTTP Message Signatures (RFC 9421) with Ed25519, labelled `parlance`: they cover `@method`, " +
    "`@authority`, `@path`, `@query`, `Parlance-Exchange`, `Parlance-Caller` where the caller is " +
    "known, and `Content-Digest` (RFC 9530), which the gateway writes for bodies of up to " +
    "`digestBytesMax` whose length is known; they are waited for. `created`, `expires`, " +
    "`nonce` and `keyid` go with them. Keys are made at the first start, in a folder that only " +
    "the gateway's user may read. The public ones are at " +
    "`/.well-known/http-message-signatures-directory` on the gateway's port, as a JWK set, an " +
    "hour before they begin to sign and a day after they have ended. What callers send as " +
    "`Parlance-*`, `Signature` or `Signature-Input` does not reach instances.",
  options: mapOf("How requests are signed.", {
    keys: {
      type: "string",
      description: "Folder of the keys, which is made if it is not there.",
      default: "data/signing",
      minLength: 1,
      "x-folder": true,
      "x-expected": "the path of a folder, relative to the configuration file",
    },
    expiresMs: wholeNumber("How long a signature counts.", {
      unit: "milliseconds",
      from: 1_000,
      to: 3_600_000,
      default: 60_000,
    }),
    rotateDays: wholeNumber("After how many days another key is made; 0: never.", {
      unit: "days",
      from: 0,
      to: 3_650,
      default: 30,
    }),
    digestBytesMax: wholeNumber(
      "Largest body that is waited for, so that its digest can be signed; 0: only such as have " +
        "come by the time the request is sent.",
      { unit: "bytes", from: 0, to: 16 * 1024 * 1024, default: 64 * 1024 },
    ),
  }),
  example: "- sign: {}",
  problems: [],
  level: "call",
  publishesKeys: true,
  explain: ({ keys, expiresMs }) => `with the keys in ${keys}, for ${expiresMs} ms`,
  create({ keys: folder, expiresMs, rotateDays, digestBytesMax }, { platform }) {
    const keeper = createKeyKeeper(platform, nodeDisk, folder, rotateDays * dayMs);
    const { clock, random } = platform;
    return {
      // What has no length may be a conversation, in which neither side can wait for the other.
      gathers(request) {
        const length = Number(request.field("content-length") ?? 0);
        return length <= digestBytesMax ? length : 0;
      },
      onSend(request, sent) {
        const { id, privateKey } = keeper.signing;
        const fields = writeFields(request, sent);
        const created = Math.floor(clock.nowMs() / 1_000);
        const made = signRequest(
          { ...sent, field: (name) => fields.get(name) },
          {
            label,
            components: [...always, ...[...fields.keys()].filter((name) => !always.includes(name))],
            parameters: {
              created,
              expires: created + Math.ceil(expiresMs / 1_000),
              nonce: random.bytes(nonceBytes).toString("base64url"),
              keyid: id,
              alg: "ed25519",
              tag: label,
            },
            algorithm: "ed25519",
            key: privateKey,
          },
        );
        if (made.kind === "missing") throw new Error(`the request has no ${made.component}`);
        sent.addField("Signature-Input", made.signatureInput);
        sent.addField("Signature", made.signature);
      },
      publishedKeys: () => keeper.published,
      close: () => keeper.close(),
    };
  },
};

/** What is vouched for beyond the request line. @returns by name what the signature is to cover. */
function writeFields(
  { id, callerName }: PolicyRequest,
  sent: SentRequest,
): ReadonlyMap<string, string> {
  sent.dropField("signature");
  sent.dropField("signature-input");
  const fields = new Map([["parlance-exchange", id]]);
  if (callerName !== undefined) {
    sent.addField("Parlance-Caller", callerName);
    fields.set("parlance-caller", callerName);
  }
  const digest = digestOf(sent);
  if (digest !== undefined) fields.set("content-digest", digest);
  return fields;
}

/** The gateway's own, or the caller's, which the body has to fit, whoever reads it. */
function digestOf(sent: SentRequest): string | undefined {
  if (sent.body === undefined) return sent.field("content-digest");
  sent.dropField("content-digest");
  if (sent.body.length === 0) return undefined;
  const digest = `sha-256=:${createHash("sha256").update(sent.body).digest("base64")}:`;
  sent.addField("Content-Digest", digest);
  return digest;
}
