/** One signature of a request, against the key that it names. */
import type { Problem } from "#base/problem.ts";
import type { ReplayTable } from "#base/replay-table.ts";
import { verifySignature } from "#formats/http-signature/algorithms.ts";
import { signatureBase, type SignedMessage } from "#formats/http-signature/signature-base.ts";
import type { InnerList, Item } from "#formats/http-signature/structured-fields.ts";
import type { SignatureOptions } from "./options.ts";
import { problems } from "./problems.ts";
import type { SigningCaller } from "./signing-keys.ts";

export interface CheckedBy {
  readonly options: Required<SignatureOptions>;
  readonly replays: ReplayTable;
  /** Wall clock. */
  readonly nowMs: number;
  /** Whether there is a body, so that its digest has to be covered. */
  readonly hasBody: boolean;
}

/** Whole names that stand for others. */
const targetUri = ["@scheme", "@authority", "@path", "@query"];

/** @returns why it does not count; undefined: it does. */
export function checkSignature(
  message: SignedMessage,
  covered: InnerList,
  signature: Item | InnerList | undefined,
  caller: SigningCaller,
  by: CheckedBy,
): Problem | undefined {
  const bytes = signature?.kind === "item" ? signature.item : undefined;
  if (bytes?.kind !== "bytes") {
    return problems["signature-malformed"]("`Signature` has no bytes of this label");
  }
  const uncovered = missingIn(covered, by);
  if (uncovered !== undefined) return uncovered;
  const { algorithm } = caller.options;
  const named = covered.parameters.get("alg");
  if (named !== undefined && (named.kind !== "string" || named.value !== algorithm)) {
    return problems["signature-wrong"](`its \`alg\` is not ${algorithm}, as of this key`);
  }
  const base = signatureBase(message, covered);
  if (base.kind === "missing") {
    const detail = `it covers ${base.component}, which the request does not have once`;
    return problems["signature-incomplete"](detail);
  }
  const late = timeFault(covered, by);
  if (late !== undefined) return late;
  const data = Buffer.from(base.text, "latin1");
  if (!verifySignature(algorithm, caller.key, data, bytes.value)) {
    return problems["signature-wrong"]("the key of its `keyid` has not made it of this request");
  }
  return claimNonce(covered, caller, by);
}

function missingIn(covered: InnerList, { options, hasBody }: CheckedBy): Problem | undefined {
  const names = new Set(
    covered.items.flatMap(({ item, parameters }) =>
      item.kind === "string" && parameters.size === 0 ? [item.value] : [],
    ),
  );
  if (names.has("@target-uri")) for (const name of targetUri) names.add(name);
  if (names.has("@request-target")) names.add("@path").add("@query");
  const wanted = hasBody ? [...options.components, "content-digest"] : options.components;
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length === 0) return undefined;
  return problems["signature-incomplete"](`it does not cover ${missing.join(", ")}`);
}

function timeFault({ parameters }: InnerList, by: CheckedBy): Problem | undefined {
  const { ageMsMax, clockSkewMs } = by.options;
  const created = parameters.get("created");
  const expires = parameters.get("expires");
  if (created?.kind !== "integer") {
    return problems["signature-incomplete"]("it has no time `created`");
  }
  if (expires !== undefined && expires.kind !== "integer") {
    return problems["signature-malformed"]("its `expires` is no whole number");
  }
  if (created.value * 1_000 - clockSkewMs > by.nowMs) {
    return problems["signature-not-yet-valid"]("its `created` is in the future, by the clock here");
  }
  const untilMs = Math.min(created.value * 1_000 + ageMsMax, (expires?.value ?? Infinity) * 1_000);
  if (untilMs + clockSkewMs > by.nowMs) return undefined;
  return problems["signature-expired"](`it counts for ${ageMsMax} ms (ageMsMax), or as it says`);
}

/** The last step: what does not hold must not use up a nonce. */
function claimNonce(
  { parameters }: InnerList,
  { options: { keyId } }: SigningCaller,
  { options, replays, nowMs }: CheckedBy,
): Problem | undefined {
  const nonce = parameters.get("nonce");
  if (nonce?.kind !== "string") {
    return options.nonce ? problems["signature-incomplete"]("it has no `nonce`") : undefined;
  }
  const untilMs = nowMs + options.ageMsMax + 2 * options.clockSkewMs;
  const claimed = replays.claim(JSON.stringify(["signature", keyId, nonce.value]), untilMs);
  if (claimed === "new") return undefined;
  const detail =
    claimed === "seen" ? "its `nonce` was there before" : "there is no room for its `nonce`";
  return problems["signature-replayed"](detail);
}
