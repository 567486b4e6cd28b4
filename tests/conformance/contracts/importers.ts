/** Which importer reads which folder of a collection of contracts. */
import type { ContractImporter } from "#extension/protocol.ts";
import { rest } from "#protocols/rest/index.ts";
import { importer as wsdlImporter } from "#protocols/soap/import.ts";

export interface Corpus {
  /** Folder below the collection. */
  readonly folder: string;
  /** Files that may be contracts; parts of others are told by the importer. */
  readonly files: RegExp;
  readonly importer: ContractImporter;
}

export const corpora: readonly Corpus[] = [
  { folder: "openapi", files: /\.(json|ya?ml)$/, importer: rest.importer },
  { folder: "wsdl", files: /\.wsdl$/, importer: wsdlImporter },
];
