/**
 * Faults read from instances: SOAP 1.1 §4.4 and SOAP 1.2 Part 1 §5.4, by the table of faults; a
 * declared fault by the element in its detail; what another gateway of ours added wins.
 */
import type { Fault } from "#call/call.ts";
import { blames, type Blame } from "#base/fault-kind.ts";
import {
  faultKindOfSoap11,
  faultKindOfSoap12,
  faultNamespace,
  isFaultKind,
} from "#call/fault-table.ts";
import { faultOf } from "#contract/document-fault.ts";
import type { Value } from "#contract/value.ts";
import type { XmlLimits } from "#formats/xml/limits.ts";
import { endTag, startTag, type XmlTokenizer } from "#formats/xml/tokenizer.ts";
import { openEnvelope, type OpenEnvelope } from "./envelope.ts";
import type { SoapFaultCodec } from "./operations.ts";
import { servicesFault } from "./problems.ts";
import type { SoapDialect } from "./versions.ts";

/** @param text an envelope whose Body begins with a Fault. */
export function readFault(
  text: string,
  dialect: SoapDialect,
  codecs: readonly SoapFaultCodec[],
  limits: XmlLimits,
): Fault {
  try {
    return readOnce(openEnvelope(text, dialect, limits), dialect, codecs);
  } catch (error) {
    const cause = faultOf(error);
    if (codecs.length === 0) return servicesFault(cause);
    // A detail that is not what the contract says must not hide the fault itself.
    return { ...readFault(text, dialect, [], limits), cause };
  }
}

interface RawFault {
  /** Local name. */
  code: string;
  /** Local name of a subcode in our namespace. */
  ourSubcode: string | undefined;
  /** Local name of the innermost subcode of the service's own. */
  ownSubcode: string | undefined;
  message: string;
  declared: { readonly name: string; readonly detail: Value } | undefined;
  entry: ReadonlyMap<string, string>;
}

function readOnce(
  envelope: OpenEnvelope,
  dialect: SoapDialect,
  codecs: readonly SoapFaultCodec[],
): Fault {
  const { tokenizer } = envelope;
  const raw: RawFault = {
    code: "",
    ourSubcode: undefined,
    ownSubcode: undefined,
    message: "",
    declared: undefined,
    entry: new Map(),
  };
  while (tokenizer.nextElement() === startTag) {
    if (dialect.version === "1.1") readChild11(tokenizer, raw, codecs);
    else readChild12(tokenizer, raw, codecs);
  }
  while (tokenizer.depth > 0) tokenizer.next();
  const block = envelope.blocks.find((one) => isEntry(one));
  if (block !== undefined) raw.entry = tokenizer.visit(block, () => readEntry(tokenizer));
  return faultFrom(raw, dialect);
}

function isEntry({ name, namespace }: { readonly name: string; readonly namespace: string }) {
  return name === "parlance" && namespace === faultNamespace;
}

function faultFrom(raw: RawFault, { version }: SoapDialect): Fault {
  const { code, ourSubcode, declared, entry } = raw;
  const byTable = version === "1.1" ? faultKindOfSoap11(code) : faultKindOfSoap12(code, ourSubcode);
  const said = entry.get("kind");
  const blame = entry.get("fault");
  const place = entry.get("place");
  const byCode = /^(?:Client|Sender)(?:\.|$)/.test(code) ? "client" : "service";
  return {
    kind: "fault",
    faultKind: isFaultKind(said) ? said : byTable,
    blame: blames.includes(blame as Blame) ? (blame as Blame) : byCode,
    code: declared?.name ?? entry.get("code") ?? codeOf(raw),
    message: raw.message === "" ? "the service gave a fault without a message" : raw.message,
    ...(declared === undefined ? {} : { declared }),
    ...(place === undefined ? {} : { place }),
    cause: `faultcode ${code === "" ? "missing" : code}`,
  };
}

/** Those that SOAP has for everybody. */
const general: ReadonlySet<string> = new Set([
  ...["Client", "Server", "Sender", "Receiver"],
  ...["MustUnderstand", "VersionMismatch", "DataEncodingUnknown"],
]);

/** What a service says in a code of its own is often all that a program can go by. */
function codeOf({ code, ownSubcode = code }: RawFault): string {
  const isOwn = !general.has(ownSubcode) && /^[A-Za-z][\w.-]{0,99}$/.test(ownSubcode);
  return isOwn ? `fault-${ownSubcode}` : "service-fault";
}

function readChild11(
  tokenizer: XmlTokenizer,
  raw: RawFault,
  codecs: readonly SoapFaultCodec[],
): void {
  switch (tokenizer.name) {
    case "faultcode":
      raw.code = readQualified(tokenizer).name;
      break;
    case "faultstring":
      raw.message = textIn(tokenizer);
      break;
    case "detail":
      readDetail(tokenizer, raw, codecs);
      break;
    default:
      tokenizer.skipElement();
  }
}

function readChild12(
  tokenizer: XmlTokenizer,
  raw: RawFault,
  codecs: readonly SoapFaultCodec[],
): void {
  switch (tokenizer.name) {
    case "Code":
      readCode(tokenizer, raw, 0);
      break;
    case "Reason":
      readReason(tokenizer, raw);
      break;
    case "Detail":
      readDetail(tokenizer, raw, codecs);
      break;
    default:
      tokenizer.skipElement();
  }
}

/** Code, and the subcodes within each other. */
function readCode(tokenizer: XmlTokenizer, raw: RawFault, level: number): void {
  while (tokenizer.nextElement() === startTag) {
    if (tokenizer.name === "Subcode") readCode(tokenizer, raw, level + 1);
    else if (tokenizer.name === "Value") {
      const { name, namespace } = readQualified(tokenizer);
      if (level === 0) raw.code = name;
      else if (namespace === faultNamespace) raw.ourSubcode ??= name;
      else raw.ownSubcode = name;
    } else tokenizer.skipElement();
  }
}

/** The English text, or else the first. */
function readReason(tokenizer: XmlTokenizer, raw: RawFault): void {
  while (tokenizer.nextElement() === startTag) {
    const { attributes } = tokenizer;
    const index = attributes.find("lang", "http://www.w3.org/XML/1998/namespace");
    const isEnglish = index >= 0 && /^en\b/i.test(attributes.value(index));
    const text = textIn(tokenizer);
    if (raw.message === "" || isEnglish) raw.message = text;
  }
}

function readQualified(tokenizer: XmlTokenizer): { name: string; namespace: string | undefined } {
  const { prefixes, uris } = tokenizer.scope;
  const scope = { prefixes: [...prefixes], uris: [...uris] };
  const text = textIn(tokenizer);
  const colon = text.indexOf(":");
  const prefix = colon < 0 ? "" : text.slice(0, colon);
  return { name: text.slice(colon + 1), namespace: scope.uris[scope.prefixes.lastIndexOf(prefix)] };
}

/** Text of an element, elements inside left out. */
function textIn(tokenizer: XmlTokenizer): string {
  const { depth } = tokenizer;
  let text = "";
  for (;;) {
    const token = tokenizer.next();
    if (token === endTag && tokenizer.depth < depth) return text.trim();
    if (token !== startTag && token !== endTag) text += tokenizer.text;
  }
}

function readDetail(
  tokenizer: XmlTokenizer,
  raw: RawFault,
  codecs: readonly SoapFaultCodec[],
): void {
  const { depth } = tokenizer;
  for (;;) {
    const token = tokenizer.next();
    if (token === endTag && tokenizer.depth < depth) return;
    if (token !== startTag) continue;
    const { name, namespace } = tokenizer;
    const codec = codecs.find(
      ({ element }) => element.name === name && element.namespace === namespace,
    );
    if (codec !== undefined && raw.declared === undefined) {
      raw.declared = { name: codec.name, detail: codec.reader.readAt(tokenizer) };
    } else if (isEntry(tokenizer)) raw.entry = readEntry(tokenizer);
    else tokenizer.skipElement();
  }
}

const entryMembers = ["exchange", "code", "fault", "kind", "place"];

function readEntry(tokenizer: XmlTokenizer): ReadonlyMap<string, string> {
  const entry = new Map<string, string>();
  while (tokenizer.nextElement() === startTag) {
    const { name } = tokenizer;
    const text = textIn(tokenizer);
    if (entryMembers.includes(name)) entry.set(name, text);
  }
  return entry;
}
