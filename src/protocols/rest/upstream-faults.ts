/**
 * A failure of a REST service: a declared fault by its status, a problem document, or the bare
 * status. Whatever the body holds, a fault comes of it.
 */
import { reasonPhrase } from "#base/reason-phrases.ts";
import { blames, type Blame } from "#base/fault-kind.ts";
import type { Fault } from "#call/call.ts";
import { faultKindOfHttp, faultTable, isFaultKind } from "#call/fault-table.ts";
import type { Contract, DeclaredFault, Operation, RestContent } from "#contract/contract.ts";
import type { RecordType, RefType } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { UpstreamResponse } from "#extension/protocol.ts";
import { bodyFor, compileBodies } from "./bodies.ts";
import type { BodyCodec } from "./body-codec.ts";
import { parseMediaType } from "./negotiate.ts";
import { isNested, nestedMember } from "./problem-detail.ts";
import { faultOf, restProblems } from "./problems.ts";
import { readProblem, type ReadProblem } from "./read-problem.ts";
import { namespaceOf } from "./rest-binding.ts";

type DecodeFault = (operation: Operation, response: UpstreamResponse) => Fault;

export function compileFaultDecoder(contract: Contract): DecodeFault {
  const known = new WeakMap<DeclaredFault, FaultBodies>();
  const bodiesOf = (declared: DeclaredFault): FaultBodies => {
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
    const declared = findDeclared(operation, status, problem);
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

interface FaultBodies {
  readonly own: readonly BodyCodec[];
  /** Problem documents that hold the detail as one member; empty: there are none. */
  readonly nested: readonly BodyCodec[];
}

function compileFaultBodies(
  contract: Contract,
  { name, type, xml, contents }: DeclaredFault,
): FaultBodies {
  if (type === undefined) return { own: [], nested: [] };
  const root = xml ?? { name, namespace: namespaceOf(contract) };
  const options = { unknown: "drop", also: [], root } as const;
  const compile = (of: RecordType | RefType, media: readonly RestContent[]) =>
    compileBodies(contract, { type: of, field: undefined }, media, options);
  const problems = [{ mediaType: "application/problem+json", format: "json" }] as const;
  const holder = { name: nestedMember, type, presence: "required", nullable: false } as const;
  const isOurs = contents === undefined && isNested(contract, type);
  return {
    own: compile(
      type,
      contents ?? [{ mediaType: "application/json", format: "json" }, ...problems],
    ),
    nested: isOurs ? compile({ kind: "record", fields: [holder] }, problems) : [],
  };
}

function readDetail(
  { own: bodies, nested }: FaultBodies,
  response: UpstreamResponse,
): { kind: "value"; value: Value } | { kind: "fault"; message: string } {
  const contentType = response.field("content-type");
  const type = contentType === undefined ? undefined : parseMediaType(contentType);
  const outer = type && bodyFor(nested, type)?.read(response.body, type);
  if (outer?.kind === "value") {
    const value = (outer.value as ValueRecord)[nestedMember];
    if (value !== undefined) return { kind: "value", value };
  }
  const json = bodies.find(({ content }) => content.format === "json");
  const isJson = type !== undefined && /[/+]json$/.test(type.essence);
  const fallback = type === undefined || isJson ? json : undefined;
  const codec = (type && bodyFor(bodies, type)) ?? fallback;
  if (codec !== undefined) return codec.read(response.body, type);
  const expected = bodies.map(({ mediaType }) => mediaType).join(", ");
  return { kind: "fault", message: `expected ${expected}, found ${shown(contentType)}` };
}

/**
 * The fault that a problem names in our own way, by the status or its class, by the word that it
 * calls itself, or the default: a service's own `code` may mean anything.
 */
function findDeclared(
  { faults }: Operation,
  status: number,
  problem: ReadProblem | undefined,
): DeclaredFault | undefined {
  const byName = (wanted: string | undefined) => faults.find(({ name }) => name === wanted);
  const byStatus = (wanted: string) =>
    faults.find(({ statuses = [] }) => statuses.some((one) => one.toUpperCase() === wanted));
  return (
    byName(problem?.name) ??
    byStatus(String(status)) ??
    byStatus(`${Math.trunc(status / 100)}XX`) ??
    byName(problem?.code) ??
    byStatus("DEFAULT")
  );
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
    blame: blameIn(problem?.blame) ?? blameIn(response.field("parlance-fault")) ?? blame,
    // What a gateway of ours calls by a name of its own keeps it.
    code: problem?.name ?? definition,
    message: problem?.message ?? bareMessage(response),
    httpStatus: status,
  };
}

function blameIn(text: string | undefined): Blame | undefined {
  return blames.find((one) => one === text);
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
