/** What a service offers, read from whatever it was described in: types, operations, bindings. */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { TextBinding, TextSpeech } from "./text-layout.ts";
import type { NamedType, RecordType, RefType, Type, TypeName } from "./types.ts";

export interface Contract {
  /** The service's own name for itself; the name in the configuration may differ. */
  readonly name: string;
  readonly version: string;
  readonly documentation?: string;
  /** The dialect that its instances speak unless the configuration says otherwise. */
  readonly dialect: Dialect;
  /** Namespace of everything that has none of its own, for dialects that want one. */
  readonly namespace: string;
  readonly types: ReadonlyMap<TypeName, NamedType>;
  readonly operations: readonly Operation[];
  readonly text?: TextSpeech;
}

export type Dialect = "rest" | "soap" | "grpc" | "graphql" | "jsonrpc" | "mcp" | "text";

export interface Operation {
  /** Unique in the contract: `getInvoice`. */
  readonly id: string;
  readonly documentation?: string;
  readonly deprecated?: boolean;
  readonly mode: "unary" | "server-stream" | "client-stream" | "bidi" | "one-way";
  /** RFC 9110 §9.2: what may be repeated, and what changes nothing. */
  readonly safety: "safe" | "idempotent" | "unsafe";
  readonly input: Message;
  /** Undefined for one-way. */
  readonly output: Message | undefined;
  readonly faults: readonly DeclaredFault[];
  readonly rest?: RestBinding;
  readonly soap?: SoapBinding;
  readonly grpc?: GrpcBinding;
  readonly jsonrpc?: JsonRpcBinding;
  readonly mcp?: McpBinding;
  readonly graphql?: GraphQlBinding;
  readonly text?: TextBinding;
  readonly origin?: SourcePlace;
}

/** Always a record, so that every dialect can add to it; `{}` when there is nothing to say. */
export interface Message {
  readonly type: RecordType | RefType;
  /** Header parameters that travel beside the body, typed (SOAP headers, response headers). */
  readonly headers: readonly HeaderField[];
}

export interface HeaderField {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  readonly xml?: { readonly name: string; readonly namespace: string };
  /** Field name in HTTP. */
  readonly http?: string;
}

export interface DeclaredFault {
  /** Unique in the operation. */
  readonly name: string;
  readonly type: RefType | RecordType | undefined;
  /** Element of the SOAP detail. */
  readonly xml?: { readonly name: string; readonly namespace: string };
  /** HTTP statuses that mean it: `404`, `4XX`, `default`. */
  readonly statuses?: readonly string[];
  /** Bodies that carry it in HTTP, where the contract says so. */
  readonly contents?: readonly RestContent[];
  /** The `code` of an error object that means it. */
  readonly jsonRpcCode?: number;
  readonly documentation?: string;
}

export interface RestBinding {
  /** Upper case. */
  readonly method: string;
  /**
   * `/orders/{id}`: as in the contract's paths; parameters are input fields. The value of
   * `{name=shelves/*}` is several segments, of `{name=files/**}` all that remain.
   */
  readonly path: string;
  readonly parameters: readonly RestParameter[];
  readonly body: RestBody | undefined;
  readonly success: RestSuccess;
  /** Other addresses of the same operation; an instance is never asked at one of them. */
  readonly aliases?: readonly RestBinding[];
}

export interface RestParameter {
  /** Field of the input record. */
  readonly field: string;
  /** Members that lead from the field to the value: `["author"]` of `filter.author`. */
  readonly within?: readonly string[];
  readonly name: string;
  /** Read as well, never written. */
  readonly alsoNamed?: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly style:
    "simple" | "label" | "matrix" | "form" | "spaceDelimited" | "pipeDelimited" | "deepObject";
  readonly explode: boolean;
  /** The value is JSON text, whatever the style (OpenAPI's `content`). */
  readonly content?: "json";
}

export interface RestBody {
  /** Field of the input record that is the body; undefined: the input record itself. */
  readonly field: string | undefined;
  /** Members that lead from the field to the body: the variant of a choice. */
  readonly within?: readonly string[];
  readonly required: boolean;
  readonly contents: readonly RestContent[];
}

export interface RestContent {
  /** `application/json`; may be a range. */
  readonly mediaType: string;
  readonly format: "json" | "xml" | "form" | "multipart" | "text" | "bytes";
  /** Root element for XML. */
  readonly xml?: { readonly name: string; readonly namespace: string };
  /** JSON text of a body that the contract shows as an example. */
  readonly example?: string;
  /** An output is an event with its `data`, `event`, `id`, `retry`; absent: it is its data. */
  readonly wholeEvents?: true;
}

export interface RestSuccess extends RestResponse {
  /** Other statuses that mean success as well. */
  readonly also?: readonly RestResponse[];
}

export interface RestResponse {
  readonly status: number;
  /** Field of the output record that is the body; undefined: the record itself; null: no body. */
  readonly field: string | undefined | null;
  /** Where the field is a union of the bodies of several statuses: which one this is. */
  readonly variant?: string;
  readonly contents: readonly RestContent[];
}

export interface SoapBinding {
  readonly version: "1.1" | "1.2";
  /** Versions that the service's ports offer, the bound one first. */
  readonly versions: readonly ("1.1" | "1.2")[];
  readonly action: string;
  readonly style: "document" | "rpc";
  /** Whether the body's one element is a wrapper whose children are the fields. */
  readonly wrapped: boolean;
  readonly use: "literal" | "encoded";
  /** Element in the Body (for rpc: the operation's wrapper in its namespace); none: empty Body. */
  readonly input: QualifiedName | undefined;
  readonly output: QualifiedName | undefined;
  /** Fields of bytes that travel as MIME parts beside the envelope (SOAP with Attachments). */
  readonly attachments?: {
    readonly input: readonly string[];
    readonly output: readonly string[];
  };
  /** Its policy demands MTOM: bytes travel as MIME parts beside the envelope. */
  readonly mtom?: boolean;
  /** Fields of `Message.headers` that must be understood when the gateway sends them. */
  readonly portType?: string;
}

export interface GrpcBinding {
  /** `package.Service`. */
  readonly service: string;
  readonly method: string;
  /** Where a whole message is one of google.protobuf that has a form of its own in JSON. */
  readonly wellKnown?: { readonly input?: TypeName; readonly output?: TypeName };
}

export interface JsonRpcBinding {
  readonly method: string;
  /** Input fields, in the order in which parameters stand in an array. */
  readonly parameters: readonly string[];
  /** How parameters are sent: as an object, or as an array. */
  readonly byPosition: boolean;
  /** Output field that is the result; undefined: the output itself; null: it says nothing. */
  readonly result: string | undefined | null;
}

export interface McpBinding {
  readonly tool: string;
  /** Version of the protocol in which the tool is called. */
  readonly version: string;
  /** Input field that is the arguments; undefined: the input itself. */
  readonly arguments: string | undefined;
  /**
   * Output field that is the structured content; undefined: the output itself; null: the tool
   * promises none, and the output is its content.
   */
  readonly result: string | undefined | null;
  /** Arguments that stand in HTTP fields `Mcp-Param-{name}` as well. */
  readonly mirrored: readonly { readonly path: readonly string[]; readonly name: string }[];
}

export interface GraphQlBinding {
  /** Sent as it is. Its variables are the fields of the input. */
  readonly document: string;
  /** Its name in the document. */
  readonly operation: string;
  /** Member of the answer's data that is meant; undefined: the data itself. */
  readonly key: string | undefined;
  /** Output field that holds it; undefined: it is the output. */
  readonly result: string | undefined;
}

export interface QualifiedName {
  readonly name: string;
  readonly namespace: string;
}
