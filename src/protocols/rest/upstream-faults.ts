/**
 * A failure of a REST service: a declared fault by its status, a problem document, or the bare
 * status. Whatever the body holds, a fault comes of it.
 */
import { reasonPhrase } from "#base/reason-phrases.ts";
import { blames, type Blame } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import { faultKindOfHttp, faultTable, isFaultKind } from "#call/fault-table.ts";
import type { Contract, DeclaredFault, Operation } from "#contract/contract.ts";
import type { Value } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { bodyFor, compileBodies } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { parseMediaType } from "./negotiate.ts";
import { faultOf, restProblems } from "./problems.ts";
import { namespaceOf } from "./rest-binding.ts";

type DecodeFault = (operation: Operation, response: UpstreamResponse) => Fault;

/** Texts of a service that go into messages are cut here. */
const textMax = 1_000;

export function compileFaultDecoder(contract: Contract): DecodeFault {
  const known = new WeakMap<DeclaredFault, readonly BodyCodec[]>();
  const bodiesOf = (declared: DeclaredFault): readonly BodyCodec[] => {
    const compiled = known.get(declared) ?? compileFaultBodies(contract, declared);
    known.set(declared, compiled);
    return compiled;
  };
  return (operation, response) => {
    const { status } = response;
    if (status < 400 || status > 599) {
      const detail = `the service answered ${told(status)}, which is neither success nor failure`;
      return faultOf(restProblems["service-failed"](detail));
    }
    const problem = readProblem(response);
    const declared = findDeclared(operation, status, problem?.code);
    const base = undeclared(response, problem);
    if (declared === undefined) return base;
    if (declared.type === undefined) {
      return { ...base, code: declared.name, declared: { name: declared.name, detail: null } };
    }
    const outcome = readDetail(bodiesOf(declared), response);
    if (outcome.kind === "fault") {
      const wrong = `its body is not the ${declared.name} of the contract: ${outcome.message}`;
      const message = `${base.message}; ${wrong}`;
      return { ...base, message };
    }
    const detail = outcome.value;
    return { ...base, code: declared.name, declared: { name: declared.name, detail } };
  };
}

function compileFaultBodies(
  contract: Contract,
  { name, type, xml, contents }: DeclaredFault,
): readonly BodyCodec[] {
  if (type === undefined) return [];
  const root = xml ?? { name, namespace: namespaceOf(contract) };
  const usual = [
    { mediaType: "application/json", format: "json" },
    { mediaType: "application/problem+json", format: "json" },
  ] as const;
  const options = { unknown: "drop", also: [], root } as const;
  return compileBodies(contract, { type, field: undefined }, contents ?? usual, options);
}

function readDetail(
  bodies: readonly BodyCodec[],
  response: UpstreamResponse,
): { kind: "value"; value: Value } | { kind: "fault"; message: string } {
  const contentType = response.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const json = bodies.find(({ content }) => content.format === "json");
  const isJson = type !== undefined && /[/+]json$/.test(type.essence);
  const fallback = type === undefined || isJson ? json : undefined;
  const codec = (type && bodyFor(bodies, type)) ?? fallback;
  if (codec !== undefined) return codec.read(response.body, type);
  const expected = bodies.map(({ mediaType }) => mediaType).join(", ");
  return { kind: "fault", message: `expected ${expected}, found ${shown(contentType)}` };
}

/** The fault that a problem names, else by the status, its class, or `default`. */
function findDeclared(
  { faults }: Operation,
  status: number,
  code: string | undefined,
): DeclaredFault | undefined {
  const named = faults.find(({ name }) => name === code);
  if (named !== undefined) return named;
  const range = `${Math.trunc(status / 100)}XX`;
  for (const wanted of [String(status), range, "default"]) {
    const found = faults.find(({ statuses = [] }) =>
      statuses.some((one) => one.toUpperCase() === wanted.toUpperCase()),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

interface ReadProblem {
  readonly code: string | undefined;
  readonly kind: string | undefined;
  readonly blame: string | undefined;
  readonly message: string | undefined;
}

/** Leniently: only texts are looked at. Large bodies are no problem documents. */
function readProblem({ body, field }: UpstreamResponse): ReadProblem | undefined {
  const contentType = field("content-type") ?? "";
  if (body.length > 64 * 1024 || !/[/+]json\s*(?:;|$)/i.test(contentType)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    return undefined;
  }
  const text = (name: string): string | undefined => {
    if (typeof parsed !== "object" || parsed === null) return undefined;
    const value: unknown = Object.getOwnPropertyDescriptor(parsed, name)?.value;
    return typeof value === "string" && value !== "" ? value.slice(0, textMax) : undefined;
  };
  const isProblem = /problem\+json/i.test(contentType);
  return {
    code: text("code"),
    kind: isProblem ? text("kind") : undefined,
    blame: isProblem ? text("fault") : undefined,
    message: text("detail") ?? text("message") ?? text("title"),
  };
}

function undeclared(response: UpstreamResponse, problem: ReadProblem | undefined): Fault {
  const { status } = response;
  const kind = isFaultKind(problem?.kind) ? problem.kind : undefined;
  // A kind of another class than the status is not believed.
  const fits = kind !== undefined && classOf(faultTable[kind].http) === classOf(status);
  const isCallers = status < 500;
  const definition = isCallers ? "service-refused" : "service-failed";
  const { blame } = faultOf(restProblems[definition](""));
  return {
    kind: "fault",
    faultKind: fits ? kind : faultKindOfHttp(status),
    blame: blames.find((one): one is Blame => one === problem?.blame) ?? blame,
    code: definition,
    message: problem?.message ?? bareMessage(response),
    httpStatus: status,
  };
}

function classOf(status: number): number {
  return Math.trunc(status / 100);
}

/** What a proxy in between may have answered as a page is named, not repeated. */
function bareMessage({ status, field, body }: UpstreamResponse): string {
  const form =
    body.length === 0 ? "without a body" : `with a body of ${shown(field("content-type"))}`;
  return `the service answered ${told(status)} ${form}`;
}

function told(status: number): string {
  const reason = reasonPhrase(status);
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

function shown(contentType: string | undefined): string {
  return contentType === undefined ? "no media type" : `\`${contentType.slice(0, 100)}\``;
}
