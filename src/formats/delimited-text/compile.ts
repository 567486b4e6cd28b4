/** Codecs of text messages, compiled per message: octets to a record of the contract and back. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import { orFault, type DocumentFault } from "#contract/document-fault.ts";
import type { Charset, LinesLayout, PairsLayout } from "#contract/text-layout.ts";
import type { Type } from "#contract/types.ts";
import type { ValueRecord } from "#contract/value.ts";
import { charsetOf, decodeMessage } from "./charset.ts";
import { compileLines, type TextCodec } from "./lines.ts";
import { compilePairs } from "./pairs.ts";

export interface MessageCodec {
  readonly read: (
    bytes: Uint8Array,
  ) => { readonly kind: "value"; readonly value: ValueRecord } | DocumentFault;
  readonly write: (
    record: ValueRecord,
  ) => { readonly kind: "bytes"; readonly bytes: Buffer } | DocumentFault;
}

export function compileTextCodec(
  contract: Contract,
  type: Type,
  layout: LinesLayout | PairsLayout,
  { charset: name, limits }: { readonly charset: Charset; readonly limits: DocumentLimits },
): MessageCodec {
  const charset = charsetOf(name);
  const scope = { contract, charset, valuesMax: limits.nodesMax };
  const codec: TextCodec =
    layout.kind === "lines" ? compileLines(scope, type, layout) : compilePairs(scope, type, layout);
  return {
    read: (bytes) =>
      orFault(() => {
        return { kind: "value" as const, value: codec.read(decodeMessage(charset, bytes)) };
      }),
    write: (record) =>
      orFault(() => ({ kind: "bytes" as const, bytes: charset.encode(codec.write(record)) })),
  };
}
