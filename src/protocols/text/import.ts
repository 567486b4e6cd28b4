/**
 * `parlance: text/1`, YAML or JSON, to a contract. Total: whatever the text, a contract comes out,
 * with what is wrong as diagnostics, and nothing is thrown.
 */
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import { emptyContract } from "#contract/empty-contract.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { findField } from "#formats/delimited-text/field-path.ts";
import { resolve } from "#contract/resolve.ts";
import type { TextBinding, TextFault, TextSpeech } from "#contract/text-layout.ts";
import type { EnumType, NamedType, RecordType, ScalarType, Type } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { createReporter, type Reporter } from "#formats/yaml/reporter.ts";
import type { DeclaredMessage, DeclaredOperation, DeclaredText } from "./declared.ts";
import { detailOf, importFaults } from "./import-faults.ts";
import { importSpeech } from "./import-speech.ts";
import { capital, fieldsOfMessage, type NameRecord } from "./import-fields.ts";
import type { TypeOf } from "./import-columns.ts";
import { importLayout, type LayoutScope } from "./import-layouts.ts";
import { notToldApart } from "./told-apart.ts";
import { readDeclaration } from "./read-declaration.ts";

const versionKey = /(?:^|[{,\n])[ \t\r]*["']?parlance["']?[ \t]*:[ \t]*["']?text\//;

export const textImporter: ContractImporter = {
  recognize: (text) => (versionKey.test(text) ? 1 : 0),
  import: importText,
};

function importText(source: ContractSource): ImportedContract {
  const { declared, root, placeAt, diagnostics } = readDeclaration(source);
  if (declared === undefined) return { contract: emptyContract("text"), diagnostics };
  const reporter = createReporter(root, placeAt);
  const contract = importContract(declared, reporter);
  const all: readonly Diagnostic[] = [...diagnostics, ...reporter.diagnostics];
  return { contract: hasErrors(all) ? emptyContract("text") : contract, diagnostics: all };
}

function importContract(declared: DeclaredText, reporter: Reporter): Contract {
  const { name, version, description } = declared;
  const types = new Map<string, NamedType>();
  const nameRecord: NameRecord = (suggested, record) => {
    let unique = suggested;
    for (let count = 2; types.has(unique); count++) unique = `${suggested}${count}`;
    types.set(unique, { name: unique, type: record });
    return { kind: "ref", name: unique };
  };
  const speech = importSpeech(declared, reporter);
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  const empty: Contract = {
    name,
    version,
    ...(description === undefined ? {} : { documentation: description }),
    dialect: "text",
    namespace: `urn:parlance:${slug.replaceAll(/^-|-$/g, "") || "service"}`,
    types,
    operations: [],
    text: speech,
  };
  const operations = Object.entries(declared.operations).map(([id, operation]) => {
    return importOperation({ declared, reporter, contract: empty, nameRecord }, id, operation);
  });
  warnOfAlike(operations, speech, reporter);
  return { ...empty, operations };
}

/** Said where operations and types are known. */
export function warnOfAlike(
  operations: readonly Operation[],
  { framing }: TextSpeech,
  reporter: Reporter,
): void {
  const spoken = operations.filter(({ text }) => text !== undefined);
  for (const id of notToldApart(spoken, framing !== undefined)) {
    const message = `callers in text cannot call ${id}: its requests begin as those of another one`;
    const suggestion = "give each a field with a `const` of its own";
    reporter.warning(["operations", id], "not-told-apart", message, suggestion);
  }
}

interface Scope {
  readonly declared: DeclaredText;
  readonly reporter: Reporter;
  readonly contract: Contract;
  readonly nameRecord: NameRecord;
}

function importOperation(scope: Scope, id: string, operation: DeclaredOperation): Operation {
  const { contract, nameRecord, reporter } = scope;
  const { description, safety, request, answer, faults } = operation;
  const typeOfMessage = (message: DeclaredMessage, side: string): RecordType => ({
    kind: "record",
    fields: fieldsOfMessage(message, capital(id) + side, nameRecord),
  });
  const input = typeOfMessage(request, "Request");
  const output = answer && typeOfMessage(answer, "Answer");
  const text = importBinding(scope.declared, reporter, contract, id, { input, output });
  return {
    id,
    ...(description === undefined ? {} : { documentation: description }),
    mode: answer === undefined ? "one-way" : "unary",
    safety,
    input: { type: input, headers: [] },
    output: output && { type: output, headers: [] },
    faults: Object.entries(faults).map(([name, { description: says }]): DeclaredFault => {
      const own = text.faults.find((one) => one.name === name) as TextFault;
      const type = detailOf(own);
      return { name, type, ...(says === undefined ? {} : { documentation: says }) };
    }),
    text,
    origin: reporter.placeOf(["operations", id]),
  };
}

/** How an operation is spoken, of which the types are known. */
export function importBinding(
  declared: DeclaredText,
  reporter: Reporter,
  contract: Contract,
  id: string,
  { input, output }: { readonly input: Type; readonly output: Type | undefined },
): TextBinding {
  const operation = declared.operations[id] as DeclaredOperation;
  const { http, request, answer } = operation;
  const path = ["operations", id];
  if (http?.method === "GET" && request.format !== "form" && request.format !== "empty") {
    const message = "only a form, or nothing, can be asked for with GET";
    reporter.error([...path, "http", "method"], "wrong-shape", message);
  }
  const { charset } = declared;
  const isAscii = charsetOf(charset).encode("a=1").equals(Buffer.from("a=1"));
  if (http?.method === "GET" && !isAscii) {
    const message = `a query is written in ASCII, which octets of ${charset} are not`;
    reporter.error([...path, "http", "method"], "wrong-shape", message);
  }
  const layoutOf = (message: DeclaredMessage, side: "request" | "answer", type: Type) => {
    const scope: LayoutScope = {
      error: reporter.error,
      lacking: charsetOf(charset).lacking,
      lineEnd: declared.lineEnd,
      isFramedByLines: declared.tcp?.[side] === "line",
      operation: id,
      side,
    };
    return importLayout(scope, message, [...path, side], typeOfIn(contract, type));
  };
  return {
    http: {
      method: http?.method ?? "POST",
      path: http?.path ?? "",
      contentType: http?.contentType ?? mediaTypes[request.format],
    },
    request: layoutOf(request, "request", input),
    answer: answer && output && layoutOf(answer, "answer", output),
    faults: importFaults(declared, id, reporter),
  };
}

const mediaTypes: Readonly<Record<DeclaredMessage["format"], string>> = {
  "fixed-width": "text/plain",
  csv: "text/csv",
  delimited: "text/plain",
  "key-value": "text/plain",
  form: "application/x-www-form-urlencoded",
  xml: "application/xml",
  "xml-rpc": "text/xml",
  empty: "text/plain",
};

/** Lists are looked through: their items are what a line says. */
function typeOfIn(contract: Contract, type: Type): TypeOf {
  return (path) => {
    let inside = type;
    let optional = false;
    let repeats = false;
    for (const name of path.split(".")) {
      const found = findField(contract, inside, [name]);
      if (found === undefined) return undefined;
      const own = resolve(contract, found.field.type);
      inside = own.kind === "list" ? own.item : own;
      repeats = own.kind === "list";
      optional = repeats ? false : optional || found.optional;
    }
    const scalar = resolve(contract, inside);
    const isScalar = !["record", "union", "list", "map", "opaque"].includes(scalar.kind);
    return isScalar ? { type: scalar as ScalarType | EnumType, optional, repeats } : undefined;
  };
}
