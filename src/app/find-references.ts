/** What a contract that stands at a URL refers to, as its own importer sees it. */
import { recognizeContract } from "./import-contracts.ts";

export interface ReferencesQuestion {
  readonly url: string;
  /** By URL: what is there so far. */
  readonly documents: ReadonlyMap<string, string>;
}

export interface FoundReferences {
  readonly references: readonly {
    /** As it is written. */
    readonly reference: string;
    /** The document in which it stands. */
    readonly from: string;
    /** What it means, absolute. */
    readonly target: string;
  }[];
}

export function findReferences({ url, documents }: ReferencesQuestion): FoundReferences {
  const text = documents.get(url) ?? "";
  const references: FoundReferences["references"][number][] = [];
  const importer = recognizeContract(text, url);
  importer?.import({
    file: url,
    text,
    read(reference, from) {
      if (!URL.canParse(reference, from)) return undefined;
      const absolute = new URL(reference, from);
      absolute.hash = "";
      if (!/^https?:$/.test(absolute.protocol)) return undefined;
      const target = absolute.href;
      references.push({ reference, from, target });
      const found = documents.get(target);
      return found === undefined ? undefined : { file: target, text: found };
    },
  });
  return { references };
}
