/** An operation as every version of OpenAPI has it: what the readers of versions agree on. */
import type { RestParameter } from "#contract/contract.ts";
import type { Located, LoadedDocument } from "#formats/json-schema/located.ts";
import type { References } from "#formats/json-schema/references.ts";
import type { Report } from "#formats/json-schema/report.ts";
import type { NamedSchema } from "#formats/json-schema/scope.ts";

export interface OperationView {
  readonly at: Located;
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly ParameterView[];
  readonly body: BodyView | undefined;
  readonly responses: readonly ResponseView[];
}

export interface ParameterView {
  readonly at: Located;
  readonly name: string;
  readonly in: RestParameter["in"];
  readonly required: boolean;
  readonly schema: Located | undefined;
  readonly style: RestParameter["style"];
  readonly explode: boolean;
  readonly content?: "json";
  readonly documentation?: string;
}

export interface BodyView {
  readonly at: Located;
  readonly required: boolean;
  readonly contents: readonly ContentView[];
  readonly documentation?: string;
}

export interface ContentView {
  readonly at: Located;
  readonly mediaType: string;
  readonly schema: Located | undefined;
  readonly example?: Located;
  /** Of one item of a sequential media type (OpenAPI 3.2). */
  readonly itemSchema?: Located;
}

export interface ResponseView {
  readonly at: Located;
  /** As written: `200`, `4XX`, `default`. */
  readonly status: string;
  /** The name of the response where it is one of the document's own. */
  readonly word?: string;
  readonly documentation?: string;
  readonly contents: readonly ContentView[];
  readonly headers: readonly HeaderView[];
}

export interface HeaderView {
  readonly at: Located;
  readonly name: string;
  readonly required: boolean;
  readonly schema: Located | undefined;
}

/** What reading of a version needs beside the document. */
export interface ViewScope {
  readonly document: LoadedDocument;
  readonly references: References;
  readonly report: Report;
}

/** How one version of OpenAPI is read. */
export interface VersionReader {
  readonly refHidesSiblings: boolean;
  readonly namedSchemas: (root: Located) => readonly NamedSchema[];
  /** Undefined: unusable, and an error says why. */
  readonly operation: (scope: ViewScope, source: OperationSource) => OperationView | undefined;
}

/** An operation in its place, before anything in it was read. */
export interface OperationSource {
  readonly at: Located;
  readonly pathItem: Located;
  readonly method: string;
  readonly path: string;
}
