/** Plain XML-RPC (http://xmlrpc.com/spec.md): calls, responses and faults, with all its types. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Contract } from "#contract/contract.ts";
import { orFault, type DocumentFault } from "#contract/document-fault.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { XmlRpcLayout } from "#contract/text-layout.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import { createRecord, type ValueRecord } from "#contract/value.ts";
import { fail, shown } from "#formats/delimited-text/column.ts";
import type { MessageCodec } from "#formats/delimited-text/compile.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { parseXmlTree } from "#formats/xml/parse-tree.ts";
import {
  elementsIn,
  escapeXml,
  expect,
  readStruct,
  readValue,
  textIn,
  writeStruct,
  writeValue,
} from "./xml-rpc-values.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function compileXmlRpc(
  contract: Contract,
  type: Type,
  { method, params }: XmlRpcLayout,
  limits: DocumentLimits,
): MessageCodec {
  const record = resolve(contract, type) as RecordType;
  const byName = new Map(fieldsOf(contract, record).map((field) => [field.name, field]));
  const fields = params?.flatMap((name) => byName.get(name) ?? []);
  return {
    read: (bytes) =>
      orFault(() => {
        const root = rootOf(bytes, limits);
        const list = method === undefined ? paramsOfResponse(root) : paramsOfCall(root, method);
        return { kind: "value" as const, value: readParams(contract, record, fields, list) };
      }),
    write: (value) =>
      orFault(() => {
        const list = writeParams(contract, record, fields, value).map(
          (one) => `<param>${one}</param>`,
        );
        const inside = `<params>${list.join("")}</params>`;
        const text =
          method === undefined
            ? `<methodResponse>${inside}</methodResponse>`
            : `<methodCall><methodName>${escapeXml(method, "")}</methodName>${inside}</methodCall>`;
        return { kind: "bytes" as const, bytes: Buffer.from(declaration + text) };
      }),
  };
}

function rootOf(bytes: Uint8Array, limits: DocumentLimits): XmlElement {
  const parsed = parseXmlTree(bytes, limits);
  if ("root" in parsed) return parsed.root;
  const { code, message, line, column } = parsed.diagnostic;
  return fail(code, `line ${line}, column ${column}: ${message}`, "");
}

function paramsOfCall(root: XmlElement, method: string): readonly XmlElement[] {
  const [name, params] = elementsIn(root);
  if (root.name !== "methodCall" || name?.name !== "methodName") {
    return expect("<methodCall>", root, "");
  }
  const found = textIn(name).trim();
  if (found !== method) {
    fail("unexpected-constant", `expected the method ${method}, found ${shown(found)}`, "");
  }
  return params === undefined ? [] : valuesIn(params);
}

function paramsOfResponse(root: XmlElement): readonly XmlElement[] {
  const [params] = elementsIn(root);
  if (root.name !== "methodResponse" || params === undefined) {
    return expect("<methodResponse>", root, "");
  }
  return valuesIn(params);
}

function valuesIn(params: XmlElement): readonly XmlElement[] {
  if (params.name !== "params") expect("<params>", params, "");
  return elementsIn(params).map((param) => {
    const [value] = elementsIn(param);
    if (param.name !== "param" || value === undefined) expect("<param><value>", param, "");
    return value;
  });
}

function readParams(
  contract: Contract,
  record: RecordType,
  fields: readonly Field[] | undefined,
  list: readonly XmlElement[],
): ValueRecord {
  if (fields === undefined) {
    const [only] = list;
    const [struct] = only === undefined ? [] : elementsIn(only);
    if (list.length !== 1 || struct?.name !== "struct") {
      fail("malformed-message", "expected one parameter, a struct", "");
    }
    return readStruct(contract, record, struct, "");
  }
  if (list.length > fields.length) {
    const told = `there are ${list.length} parameters; expected at most ${fields.length}`;
    fail("malformed-message", told, "");
  }
  const value = createRecord();
  for (const [index, field] of fields.entries()) {
    const element = list[index];
    if (element === undefined) {
      if (field.presence === "required") {
        fail("missing-value", "the parameter is missing", `/${field.name}`);
      }
      continue;
    }
    const read = readValue(contract, field.type, element, `/${field.name}`);
    if (read !== null || field.nullable) value[field.name] = read;
    else if (field.presence === "required") fail("invalid-value", "it is nil", `/${field.name}`);
  }
  return value;
}

/** What is left out at the end is not sent; what is left out before something is nil. */
function writeParams(
  contract: Contract,
  record: RecordType,
  fields: readonly Field[] | undefined,
  value: ValueRecord,
): readonly string[] {
  if (fields === undefined) {
    return [`<value>${writeStruct(contract, record, value, "")}</value>`];
  }
  const given = fields.map(({ name, type, presence }) => {
    const own = value[name];
    if (own === undefined && presence === "required") {
      fail("missing-value", "the value is missing", `/${name}`);
    }
    return own === undefined ? undefined : writeValue(contract, type, own, `/${name}`);
  });
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  return given.map((one) => one ?? "<value><nil/></value>");
}

/** `4 Too many parameters.` of a fault; undefined: it is none. */
export function readXmlRpcFault(bytes: Uint8Array, limits: DocumentLimits): string | undefined {
  const read = orFault(() => ({ kind: "value" as const, root: rootOf(bytes, limits) }));
  if (isFault(read)) return undefined;
  const [fault] = elementsIn(read.root);
  const [value] = fault?.name === "fault" ? elementsIn(fault) : [];
  const [struct] = value === undefined ? [] : elementsIn(value);
  if (read.root.name !== "methodResponse" || struct === undefined) return undefined;
  const said = new Map(
    elementsIn(struct).map((member): [string, string] => {
      const [name, own] = elementsIn(member);
      const [typed] = own === undefined ? [] : elementsIn(own);
      return [
        name === undefined ? "" : textIn(name),
        typed ? textIn(typed) : own ? textIn(own) : "",
      ];
    }),
  );
  return `${said.get("faultCode")?.trim() ?? "0"} ${said.get("faultString") ?? ""}`;
}

function isFault(read: { readonly kind: string }): read is DocumentFault {
  return read.kind === "fault";
}

/** @param text its code in front, as `readXmlRpcFault` gives it. */
export function writeXmlRpcFault(text: string): Buffer {
  const [, code = "0", message = text] = /^(-?\d{1,9}) (.*)$/s.exec(text) ?? [];
  const plain = message.replaceAll(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g, " ");
  return Buffer.from(
    `${declaration}<methodResponse><fault><value><struct>` +
      `<member><name>faultCode</name><value><int>${code}</int></value></member>` +
      `<member><name>faultString</name><value><string>${escapeXml(plain.toWellFormed(), "")}` +
      `</string></value></member></struct></value></fault></methodResponse>`,
  );
}
