/**
 * `parlance: text/1`, YAML or JSON, to a contract. Total: whatever the text, a contract comes out,
 * with what is wrong as diagnostics, and nothing is thrown.
 */
import { hasErrors, type Diagnostic } from "#base/diagnostic.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { findField } from "#formats/delimited-text/field-path.ts";
import { resolve } from "#contract/resolve.ts";
import type { Frame } from "#base/raw-framing.ts";
import type { TextBinding, TextFault, TextSpeech } from "#contract/text-layout.ts";
import type { EnumType, NamedType, RecordType, ScalarType, Type } from "#contract/types.ts";
import type { ContractImporter, ContractSource, ImportedContract } from "#extension/protocol.ts";
import { createReporter, type Reporter } from "#formats/yaml/reporter.ts";
import type {
  DeclaredFrame,
  DeclaredMessage,
  DeclaredOperation,
  DeclaredText,
} from "./declared.ts";
import { compileTemplate } from "./fault-template.ts";
import { capital, fieldsOfMessage, type NameRecord } from "./import-fields.ts";
import type { Path, TypeOf } from "./import-columns.ts";
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
  if (declared === undefined) return { contract: emptyContract, diagnostics };
  const reporter = createReporter(root, placeAt);
  const contract = importContract(declared, reporter);
  const all: readonly Diagnostic[] = [...diagnostics, ...reporter.diagnostics];
  return { contract: hasErrors(all) ? emptyContract : contract, diagnostics: all };
}

const emptyContract: Contract = {
  name: "service",
  version: "",
  dialect: "text",
  namespace: "urn:parlance:service",
  types: new Map(),
  operations: [],
};

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

export function importSpeech(declared: DeclaredText, reporter: Reporter): TextSpeech {
  const { charset, tcp, errors } = declared;
  if (errors !== undefined) checkTemplate(errors, ["errors"], declared, reporter);
  if (tcp === undefined) return { charset, framing: undefined, errors };
  const request = frameOf(tcp.request, declared.lineEnd, ["tcp", "request"], reporter);
  const answer = frameOf(tcp.answer, declared.lineEnd, ["tcp", "answer"], reporter);
  const closes = request.kind === "close" || answer.kind === "close" || tcp.halfClose;
  if (tcp.keepAlive && closes) {
    const message = "a connection that one message closes cannot carry another one";
    reporter.error(["tcp", "keepAlive"], "not-kept-alive", message);
  }
  const halfClose = tcp.halfClose || request.kind === "close";
  const framing = { request, answer, keepAlive: tcp.keepAlive, halfClose };
  return { charset, framing, errors };
}

function frameOf(
  frame: DeclaredFrame,
  lineEnd: DeclaredText["lineEnd"],
  path: Path,
  reporter: Reporter,
): Frame {
  if (frame === "close") return { kind: "close" };
  if (frame === "line") {
    return { kind: "until", end: lineEnd === "crlf" ? "\r\n" : "\n", isLine: true };
  }
  const { until, length, digits, inclusive } = frame;
  const given = [until, length, digits].filter((one) => one !== undefined);
  if (given.length !== 1) {
    reporter.error(path, "bad-frame", "expected one of `until`, `length` and `digits`");
  }
  if (until !== undefined) return { kind: "until", end: until, isLine: false };
  if (length !== undefined) return { kind: "length", bytes: length, inclusive };
  return { kind: "digits", digits: digits ?? 1, inclusive };
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

/** What is captured beside code and message is the fault's detail. */
function detailOf({ match, take = {} }: TextFault): RecordType | undefined {
  const template = match === undefined ? undefined : compileTemplate(match);
  const places = typeof template === "object" ? template.places : [];
  const fields = [...new Set([...places, ...Object.keys(take)])]
    .filter((name) => name !== "message")
    .map((name) => ({
      name,
      type: { kind: "string", whitespace: "preserve" } as const,
      presence: "required" as const,
      nullable: false,
    }));
  return fields.length === 0 ? undefined : { kind: "record", fields };
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
  const { http, request, answer, faults } = operation;
  const path = ["operations", id];
  if (http?.method === "GET" && request.format !== "form" && request.format !== "empty") {
    const message = "only a form, or nothing, can be asked for with GET";
    reporter.error([...path, "http", "method"], "wrong-shape", message);
  }
  const layoutOf = (message: DeclaredMessage, side: "request" | "answer", type: Type) => {
    const scope: LayoutScope = {
      error: reporter.error,
      lacking: charsetOf(declared.charset).lacking,
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
    faults: Object.entries(faults).map(([name, fault]): TextFault => {
      const at = [...path, "faults", name];
      if (fault.match !== undefined)
        checkTemplate(fault.match, [...at, "match"], declared, reporter);
      else if (fault.status === undefined && fault.when === undefined) {
        const message = "what means the fault is not said; expected `match`, `when` or `status`";
        reporter.error(at, "missing-key", message);
      }
      const { kind, match, status, when, take } = fault;
      const names = [...Object.keys(when ?? {}), ...Object.values(take ?? {})];
      const wrong = names.find((one) => answer?.format === "xml" && !elementName.test(one));
      if (wrong !== undefined) {
        const message = `${JSON.stringify(wrong)} is no element's name; expected letters and digits`;
        reporter.error([...at, "when"], "bad-name", message);
      }
      if (take !== undefined && when === undefined) {
        reporter.error([...at, "take"], "missing-key", "`take` needs `when` beside it");
      }
      const said = {
        ...(when === undefined ? {} : { when }),
        ...(take === undefined ? {} : { take }),
      };
      return { name, kind, match, status, ...said };
    }),
  };
}

const elementName = /^(?:\/|[A-Za-z_][A-Za-z0-9_.-]*)$/;

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

function checkTemplate(
  template: string,
  path: Path,
  { charset }: DeclaredText,
  reporter: Reporter,
): void {
  const compiled = compileTemplate(template);
  if (typeof compiled === "string") reporter.error(path, "bad-template", compiled);
  const lacking = charsetOf(charset).lacking(template);
  if (lacking === undefined) return;
  reporter.error(path, "not-in-charset", `${charset} has no ${JSON.stringify(lacking)}`);
}

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
