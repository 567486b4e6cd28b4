/** HTTP Message Signatures (RFC 9421): the caller has signed the request itself. */
import type { Problem } from "#base/problem.ts";
import type { ProofKind, ProofOutcome, ProofRequest } from "#extension/proof.ts";
import {
  parseDictionary,
  type Dictionary,
  type InnerList,
} from "#formats/http-signature/structured-fields.ts";
import { checkSignature } from "./check-signature.ts";
import { digestIn } from "./content-digest.ts";
import {
  callerSchema,
  defaults,
  optionsSchema,
  type SignatureCaller,
  type SignatureOptions,
} from "./options.ts";
import { problems } from "./problems.ts";
import { checkKeys, keyOf, type SigningCaller } from "./signing-keys.ts";

/** More signatures than these nobody makes of one request. */
const labelsMax = 8;

interface Labelled {
  readonly label: string;
  readonly covered: InnerList;
  readonly keyId: string;
}

export const signature: ProofKind<SignatureCaller, SignatureOptions> = {
  name: "signature",
  authentication: "signature",
  caller: callerSchema,
  options: optionsSchema,
  problems: problems.definitions,
  check: ({ callers }, files) => checkKeys(callers, files),
  explain({ callers }, request) {
    const read = readInputs(request);
    if (read === undefined) return { why: "no Signature-Input was sent", absent: true };
    if ("definition" in read) return { why: read.detail };
    const names = new Map(callers.map(({ name, options }) => [options.keyId, name]));
    for (const { keyId } of read.inputs) {
      const caller = names.get(keyId);
      const why = "by its `keyid`, if the signature holds, which is not looked at here";
      if (caller !== undefined) return { why, caller };
    }
    return { why: "no caller has the `keyid` of a signature" };
  },
  create({ callers, options }, { platform, replays }) {
    const byKeyId = new Map<string, SigningCaller>();
    const files = { readUpTo: platform.files.readUpTo };
    for (const caller of callers) {
      byKeyId.set(caller.options.keyId, { ...caller, key: keyOf(caller.options, files) });
    }
    const checked = { ...defaults, ...options };
    return {
      prove(request) {
        if (request.field("signature-input") === undefined) return undefined;
        const read = readInputs(request);
        if (read === undefined) return undefined;
        if ("definition" in read) return refuse(read);
        const { inputs, signatures } = read;
        let proven: SigningCaller | undefined;
        const nowMs = platform.clock.nowMs();
        const by = { options: checked, replays, nowMs, hasBody: request.hasBody };
        for (const { label, covered, keyId } of inputs) {
          const caller = byKeyId.get(keyId);
          // It may be for somebody further on.
          if (caller === undefined) continue;
          const found = signatures.get(label);
          const problem = checkSignature(request, covered, found, caller, by);
          if (problem !== undefined) return refuse(problem);
          if (proven !== undefined && proven.index !== caller.index) {
            const detail = `signatures of ${proven.name} and of ${caller.name}; expected one`;
            return refuse(problems["signature-wrong"](detail));
          }
          proven = caller;
        }
        if (proven === undefined) {
          return { kind: "unmatched", why: "no caller has the `keyid` of a signature" };
        }
        return outcomeOf(proven, request);
      },
    };
  },
};

function outcomeOf({ index, options }: SigningCaller, request: ProofRequest): ProofOutcome {
  const proven = { kind: "proven", caller: index, subject: options.keyId } as const;
  if (!request.hasBody) return proven;
  const bodyDigest = digestIn(request.field("content-digest") ?? "");
  if (bodyDigest !== undefined) return { ...proven, bodyDigest };
  const detail = "`Content-Digest` has no sha-256 and no sha-512";
  return refuse(problems["signature-malformed"](detail));
}

/** Those that name a key. */
function readInputs(
  request: ProofRequest,
): { readonly inputs: readonly Labelled[]; readonly signatures: Dictionary } | Problem | undefined {
  const input = request.field("signature-input");
  if (input === undefined) return undefined;
  const covered = parseDictionary(input);
  const signatures = parseDictionary(request.field("signature") ?? "");
  if (covered === undefined || signatures === undefined || covered.size > labelsMax) {
    const detail = `\`Signature-Input\` or \`Signature\` is no dictionary of ${labelsMax} at most`;
    return problems["signature-malformed"](detail);
  }
  const inputs = [...covered].flatMap(([label, member]): readonly Labelled[] => {
    const keyId = member.parameters.get("keyid");
    if (member.kind !== "list" || keyId?.kind !== "string") return [];
    return [{ label, covered: member, keyId: keyId.value }];
  });
  return { inputs, signatures };
}

function refuse(problem: Problem): ProofOutcome {
  return { kind: "refused", problem };
}
