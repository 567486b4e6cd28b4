/** The forms of REST messages, JSON and XML, and what they cannot carry: the fidelity report. */
import type {
  Contract,
  DeclaredFault,
  Operation,
  QualifiedName,
  RestContent,
  RestResponse,
} from "#contract/contract.ts";
import type { Limitation } from "#contract/fidelity.ts";
import type { MessageForm } from "#extension/protocol.ts";
import { ownForm } from "./offered-contents.ts";
import { bindingOf, inputRoot, namespaceOf, outputRoot } from "./rest-binding.ts";

type Format = "json" | "xml";

const inputStream: Limitation = {
  kind: "absent",
  grade: "L3",
  rule: "a request in XML has one document",
  knob: "send JSON lines, or offer the operation on another face",
};

const outputStream: Limitation = {
  kind: "absent",
  grade: "L3",
  rule: "an answer in XML has one document",
  knob: "ask for JSON lines, or offer the operation on another face",
};

export const restForms: readonly MessageForm[] = [
  {
    name: "rest+json",
    limitations: {
      "opaque-xml": {
        kind: "unsayable",
        grade: "L1",
        rule: "xs:any and mixed content stand in JSON as the text of their XML",
        knob: "name the elements in the schema",
        example: { before: "<b>bold</b>", after: '"<b>bold</b>"' },
      },
      "any-of": {
        kind: "misread",
        grade: "L2",
        rule: "of variants that fit at once the first is taken, the others' members get lost",
        knob: "use oneOf with a discriminator, or one object with optional members",
      },
      "untagged-union": {
        kind: "misread",
        grade: "L2",
        rule: "without a discriminator the first variant whose shape fits is taken",
        knob: "give the oneOf a discriminator",
      },
      "input-stream": {
        kind: "unsent",
        grade: "L3",
        rule: "services of REST are sent one document",
        knob: "let the service take a list",
      },
    },
    narrow: (contract) => narrowTo(contract, "json"),
    isNative: (operation) => isNative(operation, "json"),
  },
  {
    name: "rest+xml",
    limitations: {
      "control-characters": {
        kind: "unsayable",
        grade: "L2",
        rule: "XML 1.0 §2.2 has no U+0000 to U+001F but tab and line ends: they are refused",
        knob: "give the text a pattern that leaves them out, or carry it as bytes",
        example: { before: '"a\\u0001b"', after: "refused, naming the field" },
      },
      "open-record": {
        kind: "unsayable",
        grade: "L2",
        rule: "members that the contract does not name have no element to stand in",
        knob: "name them in the contract, or say additionalProperties: false",
        example: { before: '{"unnamed":1}', after: "<value/>" },
      },
      "opaque-json": {
        kind: "unsayable",
        grade: "L1",
        rule: "JSON of any shape stands in XML as its text",
        knob: "give the value a schema",
        example: { before: '{"a":1}', after: "<value>{&quot;a&quot;:1}</value>" },
      },
      "input-stream": inputStream,
      "output-stream": outputStream,
    },
    narrow: (contract) => narrowTo(contract, "xml"),
    isNative: (operation) => isNative(operation, "xml"),
  },
];

function narrowTo(contract: Contract, format: Format): Contract {
  const operations = contract.operations.map((operation): Operation => {
    const { body, success, ...binding } = bindingOf(contract, operation);
    const input = only(body?.contents ?? [], format, inputRoot(contract, operation));
    const root = outputRoot(contract, operation);
    const narrowed = <Response extends RestResponse>(response: Response): Response => {
      return { ...response, contents: only(response.contents, format, root) };
    };
    const also = success.also && { also: success.also.map(narrowed) };
    const rest = {
      ...binding,
      body: body && { ...body, contents: input },
      success: { ...narrowed(success), ...also },
    };
    const faults = operation.faults.map((fault): DeclaredFault => {
      // Without contents of its own a fault is a problem document, in either form; with XML
      // alone it is one in JSON.
      const { contents, ...problem } = fault;
      if (contents === undefined) return fault;
      const { name, xml = { name, namespace: namespaceOf(contract) } } = fault;
      const isXml = contents.some(isDocument) && !contents.some((one) => one.format === "json");
      if (format === "json" && isXml) return problem;
      return { ...fault, contents: only(contents, format, xml) };
    });
    return { ...operation, rest, faults };
  });
  return { ...contract, operations };
}

/** Bodies that are neither JSON nor XML stay as they are, in both forms. */
function only(
  contents: readonly RestContent[],
  format: Format,
  root: QualifiedName,
): readonly RestContent[] {
  if (!contents.some(isDocument)) return contents;
  const found = contents.filter((content) => content.format === format);
  return found.length > 0 ? found : [ownForm(format, root)];
}

function isNative({ rest }: Operation, format: Format): boolean {
  const responses = rest === undefined ? [] : [rest.success, ...(rest.success.also ?? [])];
  const lists = [rest?.body?.contents ?? [], ...responses.map(({ contents }) => contents)];
  return lists.every(
    (contents) =>
      !contents.some(isDocument) || contents.some((content) => content.format === format),
  );
}

function isDocument({ format }: RestContent): boolean {
  return format === "json" || format === "xml";
}
