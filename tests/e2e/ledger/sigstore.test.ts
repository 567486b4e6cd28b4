/**
 * `@sigstore/verify` accepts our checkpoints and inclusion proofs and rejects damaged ones. Its
 * public `Verifier` takes entries of sigstore's kinds; for others its inclusion check is called.
 */
import assert from "node:assert/strict";
import { createPublicKey, hash, sign, verify as verifySignature } from "node:crypto";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Verifier, type SignedEntity, type TrustMaterial } from "@sigstore/verify";
import { signCheckpoint } from "#ledger/tree/checkpoint.ts";
import { inclusionProof, rootOf } from "#ledger/tree/merkle-proofs.ts";
import { createSigner } from "#ledger/tree/note-keys.ts";
import { singleBitFlips } from "#tests/support/flip-bits.ts";
import { memoryLog, someEntries } from "#tests/support/memory-log.ts";

type AnyEntry = SignedEntity["tlogEntries"][number];
type InclusionProof = NonNullable<AnyEntry["inclusionProof"]>;
type TlogEntry = AnyEntry & { readonly inclusionProof: InclusionProof };
type Tlogs = TrustMaterial["tlogs"];

// Not in its index, but what its Verifier itself calls; the package closes no path.
const { verifyTLogInclusion } = createRequire(import.meta.url)(
  "@sigstore/verify/dist/tlog/index.js",
) as { readonly verifyTLogInclusion: (entry: AnyEntry, tlogs: Tlogs) => void };

const origin = "parlance/sigstore/1";
const signer = createSigner(origin, Buffer.alloc(32, 4));

const publicKey = createPublicKey({
  key: { kty: "OKP", crv: "Ed25519", x: signer.verifier.publicKey.toString("base64url") },
  format: "jwk",
});
const keyId = Buffer.alloc(4);
keyId.writeUInt32BE(signer.verifier.keyId);
const always = { start: new Date(0), end: new Date(8.64e15) };
const tlogs: Tlogs = [{ logID: keyId, baseURL: `https://${origin}`, publicKey, validFor: always }];

// One entry is of a kind that sigstore knows: a signature of an artifact, in Rekor's form.
const artifact = hash("sha256", "an artifact", "buffer");
const signature = sign(null, artifact, {
  key: { kty: "OKP", crv: "Ed25519", x: publicKey.export({ format: "jwk" }).x ?? "", d: seed() },
  format: "jwk",
});
const rekord = Buffer.from(
  JSON.stringify({
    apiVersion: "0.0.1",
    kind: "hashedrekord",
    spec: {
      data: { hash: { algorithm: "sha256", value: artifact.toString("hex") } },
      signature: { content: signature.toString("base64") },
    },
  }),
);
const rekordIndex = 300;
const log = memoryLog(someEntries(700).with(rekordIndex, rekord));

function seed(): string {
  return Buffer.alloc(32, 4).toString("base64url");
}

/** What a bundle says of an entry of ours, in a tree of this size. */
function tlogEntry(index: number, size: number): TlogEntry {
  const root = rootOf(size, log.hashesOf(size));
  const checkpoint = signCheckpoint({ origin, size, root }, [signer]);
  return {
    logIndex: String(index),
    logId: { keyId },
    kindVersion: { kind: "hashedrekord", version: "0.0.1" },
    integratedTime: "0",
    inclusionPromise: undefined,
    inclusionProof: {
      logIndex: String(index),
      rootHash: root,
      treeSize: String(size),
      hashes: [...inclusionProof(index, size, log.hashesOf(size))],
      checkpoint: { envelope: checkpoint.toString("utf8") },
    },
    canonicalizedBody: log.entries[index] as Buffer,
  };
}

function accepts(entry: TlogEntry): boolean {
  try {
    verifyTLogInclusion(entry, tlogs);
    return true;
  } catch (error) {
    assert.equal((error as { code?: string }).code, "TLOG_INCLUSION_PROOF_ERROR");
    return false;
  }
}

function withProof(entry: TlogEntry, change: Partial<InclusionProof>): TlogEntry {
  return { ...entry, inclusionProof: { ...entry.inclusionProof, ...change } };
}

test("the Verifier of sigstore takes an entry of its own kind from a log of ours", () => {
  const verifier = new Verifier(
    {
      tlogs,
      certificateAuthorities: [],
      timestampAuthorities: [],
      ctlogs: [],
      publicKey: () => ({ publicKey, validFor: () => true }),
    },
    { tlogThreshold: 1, timestampThreshold: 0 },
  );
  const entity = (entry: TlogEntry): SignedEntity => ({
    signature: {
      signature,
      compareSignature: (other) => signature.equals(other),
      compareDigest: (other) => artifact.equals(other),
      verifySignature: (key) => verifySignature(null, artifact, key, signature),
    },
    key: { $case: "public-key", hint: "" },
    tlogEntries: [entry],
    timestamps: [],
  });
  const entry = tlogEntry(rekordIndex, 700);
  assert.equal(verifier.verify(entity(entry)).key, publicKey);
  const [first, ...rest] = entry.inclusionProof.hashes;
  const damaged = withProof(entry, { hashes: [Buffer.alloc(32), ...rest] });
  assert.ok(first);
  assert.throws(() => verifier.verify(entity(damaged)), { code: "TLOG_INCLUSION_PROOF_ERROR" });
});

test("sigstore accepts inclusion proofs and checkpoints of entries of any kind", () => {
  for (const [index, size] of [
    [0, 1],
    [0, 2],
    [2, 3],
    [255, 256],
    [256, 257],
    [300, 700],
    [699, 700],
  ] as const) {
    assert.ok(accepts(tlogEntry(index, size)), `${index} of ${size}`);
    if (size > 1) {
      const elsewhere = withProof(tlogEntry(index, size), { logIndex: String((index + 1) % size) });
      assert.ok(!accepts(elsewhere), `${index} of ${size} elsewhere`);
    }
  }
});

test("sigstore rejects every flipped bit of the entry and of its proof", () => {
  const entry = tlogEntry(256, 700);
  for (const canonicalizedBody of singleBitFlips(entry.canonicalizedBody)) {
    assert.ok(!accepts({ ...entry, canonicalizedBody }));
  }
  const { hashes } = entry.inclusionProof;
  for (const [at, one] of hashes.entries()) {
    for (const damaged of singleBitFlips(one)) {
      assert.ok(!accepts(withProof(entry, { hashes: hashes.with(at, damaged) })));
    }
  }
});

test("sigstore rejects every flipped bit of what a checkpoint says and of its signature", () => {
  const entry = tlogEntry(256, 700);
  const { envelope } = entry.inclusionProof.checkpoint as { envelope: string };
  const [text = "", line = ""] = envelope.split("\n\n");
  const [dash = "", name = "", encoded = ""] = line.trim().split(" ");
  const withEnvelope = (changed: string) =>
    accepts(withProof(entry, { checkpoint: { envelope: changed } }));
  assert.ok(withEnvelope(`${text}\n\n${dash} ${name} ${encoded}\n`));
  for (const damaged of singleBitFlips(Buffer.from(encoded, "base64"))) {
    assert.ok(!withEnvelope(`${text}\n\n${dash} ${name} ${damaged.toString("base64")}\n`));
  }
  let flips = 0;
  for (const damaged of singleBitFlips(Buffer.from(text))) {
    // A size that is no number makes it throw something else than its own error.
    const size = damaged.toString("latin1").split("\n")[1] ?? "";
    if (!/^\d+$/.test(size)) continue;
    assert.ok(!withEnvelope(`${damaged.toString("utf8")}\n\n${line}`));
    flips++;
  }
  assert.ok(flips > text.length * 7);
});
