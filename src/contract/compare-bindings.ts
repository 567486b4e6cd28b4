/** Whether an operation is still reached, and answers, in the ways that its callers know. */
import { canonicalText } from "./canonical-bytes.ts";
import { compareTypes, type TypeComparison } from "./compare-types.ts";
import type { HeaderField, Operation, RestBinding, RestContent, SoapBinding } from "./contract.ts";
import type { RestParameter } from "./contract.ts";
import { pathShape } from "./path-segments.ts";

type ReportChange = (breaking: boolean, place: string, message: string) => void;

export function compareHeaders(
  on: TypeComparison,
  sent: readonly HeaderField[],
  taken: readonly HeaderField[],
  place: string,
): void {
  for (const header of taken) {
    const at = `${place}.${header.name}`;
    const other = sent.find(({ name }) => name === header.name);
    if (other !== undefined) compareTypes(on, other.type, header.type, at);
    if (header.required && other?.required !== true) {
      on.report(true, at, "the header is required and may be absent");
    }
  }
}

/** Under which operations are called where they have names of their own. */
const calledNames: Readonly<Record<string, (one: Operation) => string | undefined>> = {
  grpc: ({ grpc }) => grpc && `${grpc.service}/${grpc.method}`,
  jsonrpc: ({ jsonrpc }) => jsonrpc?.method,
  mcp: ({ mcp }) => mcp?.tool,
};

export function compareBindings(report: ReportChange, old: Operation, fresh: Operation): void {
  if (old.mode !== fresh.mode) report(true, "mode", `${fresh.mode} instead of ${old.mode}`);
  const ranks = { unsafe: 0, idempotent: 1, safe: 2 };
  if (ranks[fresh.safety] < ranks[old.safety]) {
    report(true, "safety", `${fresh.safety} instead of ${old.safety}: it must not be repeated`);
  }
  if (fresh.deprecated === true && old.deprecated !== true) {
    report(false, "", "the operation is deprecated");
  }
  if (old.rest !== undefined) {
    if (fresh.rest === undefined) report(true, "rest", "the address of its own is gone");
    else compareRest(report, old.rest, fresh.rest);
  }
  if (old.soap !== undefined) {
    if (fresh.soap === undefined) report(true, "soap", "the SOAP binding is gone");
    else compareSoap(report, old.soap, fresh.soap);
  }
  for (const [place, called] of Object.entries(calledNames)) {
    const [before, after] = [called(old), called(fresh)];
    if (before === undefined || before === after) continue;
    const message = `${after ?? "none"} instead of ${before}`;
    report(true, place, message);
  }
  if (old.text !== undefined) {
    // Columns have no names on the wire: whatever moves is read as something else.
    if (fresh.text === undefined) report(true, "text", "the text is gone");
    else if (canonicalText(old.text) !== canonicalText(fresh.text)) {
      report(true, "text", "messages are laid out otherwise");
    }
  }
}

function compareRest(report: ReportChange, old: RestBinding, fresh: RestBinding): void {
  if (old.method !== fresh.method || pathShape(old.path) !== pathShape(fresh.path)) {
    const [before, after] = [old, fresh].map(({ method, path }) => `${method} ${path}`);
    report(true, "rest", `${after} instead of ${before}`);
  }
  const kept = new Set([fresh, ...(fresh.aliases ?? [])].map(addressOf));
  for (const address of (old.aliases ?? []).map(addressOf)) {
    if (!kept.has(address)) report(true, "rest", `${address} is gone`);
  }
  for (const parameter of old.parameters) {
    const keys = memberKeys(parameter);
    const other = fresh.parameters.find((one) => memberKeys(one) === keys);
    if (other === undefined) {
      // A field is asked for by its type, its members by the parameters that there are for them.
      if (parameter.within !== undefined) report(true, `rest.${keys}`, `${parameter.name} is gone`);
      continue;
    }
    const key = (one: typeof parameter) =>
      [one.in, one.in === "path" ? "" : one.name, one.style, one.explode, one.content].join(" ");
    if (key(parameter) !== key(other)) {
      report(true, `rest.${keys}`, `stands elsewhere: ${key(other)}`);
    }
  }
  compareContents(report, "rest.body", old.body?.contents ?? [], fresh.body?.contents ?? []);
  if (bodyKeys(old) !== bodyKeys(fresh)) report(true, "rest.body", "another field is the body");
  if (fresh.body?.required === true && old.body?.required !== true) {
    report(true, "rest.body", "the body is required");
  }
  const { success } = fresh;
  if (old.success.status !== success.status) {
    report(true, "rest.success", `${success.status} instead of ${old.success.status}`);
  }
  if (old.success.field !== success.field) {
    report(true, "rest.success", "another field is the body");
  }
  compareContents(report, "rest.success", old.success.contents, success.contents);
  const known = [old.success, ...(old.success.also ?? [])];
  for (const { status, field, variant } of success.also ?? []) {
    const before = known.find((one) => one.status === status);
    if (before === undefined) report(false, "rest.success", `may be ${status} as well`);
    else if (before.field !== field || before.variant !== variant) {
      report(true, "rest.success", `another field is the body of ${status}`);
    }
  }
}

/** Names of parameters in paths are the contract's own affair. */
function addressOf({ method, path }: RestBinding): string {
  return `${method} ${pathShape(path)}`;
}

function bodyKeys({ body }: RestBinding): string | undefined {
  return body?.field === undefined ? undefined : [body.field, ...(body.within ?? [])].join(".");
}

function memberKeys({ field, within = [] }: RestParameter): string {
  return [field, ...within].join(".");
}

function compareContents(
  report: ReportChange,
  place: string,
  old: readonly RestContent[],
  fresh: readonly RestContent[],
): void {
  for (const content of old) {
    const other = fresh.find(({ mediaType }) => mediaType === content.mediaType);
    if (other === undefined) report(true, place, `${content.mediaType} is no longer offered`);
    else if (
      other.xml?.name !== content.xml?.name ||
      other.xml?.namespace !== content.xml?.namespace
    ) {
      report(true, place, `another root element in ${content.mediaType}`);
    }
  }
}

function compareSoap(report: ReportChange, old: SoapBinding, fresh: SoapBinding): void {
  for (const version of old.versions) {
    if (!fresh.versions.includes(version)) report(true, "soap", `SOAP ${version} is gone`);
  }
  const element = (name: SoapBinding["input"]) => (name ? `{${name.namespace}}${name.name}` : "");
  const key = ({ action, style, use, wrapped, input, output }: SoapBinding) =>
    [action, style, use, wrapped, element(input), element(output)].join(" ");
  if (key(old) !== key(fresh)) report(true, "soap", `${key(fresh)} instead of ${key(old)}`);
}
