/**
 * The fidelity report of services: what their contracts hold is set against what each dialect can
 * carry, and messages made from the contracts are sent through every form and back.
 */
import type { Clock } from "#base/platform.ts";
import type { SourcePlace } from "#base/diagnostic.ts";
import { isStream } from "#call/problems.ts";
import type { Contract, Dialect, Operation } from "#contract/contract.ts";
import { featuresOf, type Features } from "#contract/features.ts";
import {
  worse,
  type Direction,
  type Feature,
  type FidelityReport,
  type Finding,
  type Grade,
  type GradedOperation,
  type WithheldOperation,
} from "#contract/fidelity.ts";
import { createGenerator, type GenerateMessages } from "#contract/generate-values.ts";
import type { MessageForm, Protocol } from "#extension/protocol.ts";
import { createRoundTrip, createSendingTrip, type RoundTrip } from "./round-trip.ts";
import { testForm, testNative, type Loss, type NativeMessages } from "./test-form.ts";

/** For all services together; what is not tested by then is graded by its types alone. */
const testedMsMax = 2_000;

export interface ReportedService {
  readonly name: string;
  readonly contract: Contract;
  readonly contractFile: string | undefined;
  readonly speaks: Dialect | undefined;
}

/** A form with its protocol, and messages on their way through it. */
interface Passage {
  readonly dialect: Dialect;
  readonly form: MessageForm;
  readonly trip: RoundTrip;
}

export interface ReportOptions {
  readonly protocols: readonly Protocol[];
  readonly clock: Clock;
  readonly testedMs?: number;
}

export function reportFidelity(
  services: readonly ReportedService[],
  { protocols, clock, testedMs = testedMsMax }: ReportOptions,
): FidelityReport {
  const until = clock.monotonicMs() + testedMs;
  const operations: GradedOperation[] = [];
  const findings: Finding[] = [];
  const withheld: WithheldOperation[] = [];
  let cutByTime = 0;
  for (const service of services) {
    const { name, contract } = service;
    const named = { serviceName: name, contract };
    const passages = protocols.flatMap((protocol): readonly Passage[] =>
      (protocol.forms ?? []).flatMap((form) => {
        const trip = createRoundTrip(protocol, form, named);
        return trip === undefined ? [] : [{ dialect: protocol.name, form, trip }];
      }),
    );
    const native = nativeOf(service, protocols, passages);
    const generate = createGenerator(contract);
    for (const operation of contract.operations) {
      const hasTime = clock.monotonicMs() < until;
      if (!hasTime) cutByTime += 1;
      const messages = hasTime ? generate : none;
      const scope: Scope = { service, operation, passages, native, generate: messages };
      const grades = gradeOperation(scope);
      operations.push(...grades.map(({ grade }) => grade));
      findings.push(...grades.flatMap(({ losses }) => losses));
      withheld.push(...withheldAt(grades));
    }
  }
  return { operations, findings, withheld, cutByTime };
}

const none: GenerateMessages = () => [];

/** The form that the service itself has an operation in. */
type NativeOf = (operation: Operation) => Pick<Passage, "form"> & {
  readonly trip: RoundTrip | undefined;
};

function nativeOf(
  {
    name,
    contract,
    speaks = contract.dialect,
  }: Omit<ReportedService, "speaks"> & {
    readonly speaks?: Dialect | undefined;
  },
  protocols: readonly Protocol[],
  passages: readonly Passage[],
): NativeOf {
  const own = passages.filter(({ dialect }) => dialect === speaks);
  const [first] = own;
  if (first !== undefined) {
    return (operation) => own.find(({ form }) => form.isNative?.(operation) ?? true) ?? first;
  }
  const protocol = protocols.find((one) => one.name === speaks);
  const [form = { name: speaks, limitations: {} }] = protocol?.forms ?? [];
  const trip = protocol && createSendingTrip(protocol, { serviceName: name, contract });
  return () => ({ form, trip });
}

interface Scope {
  readonly service: ReportedService;
  readonly operation: Operation;
  readonly passages: readonly Passage[];
  readonly native: NativeOf;
  readonly generate: GenerateMessages;
}

/** Where every form of a dialect fails, a call would be refused or half done anyway. */
function withheldAt(grades: readonly Graded[]): readonly WithheldOperation[] {
  return [...new Set(grades.map(({ dialect }) => dialect))].flatMap((dialect) => {
    const forms = grades.filter((one) => one.dialect === dialect);
    const isLost = ({ grade: { request, answer } }: Graded): boolean =>
      request === "L3" || answer === "L3";
    const reason = forms[0]?.losses.find(({ grade }) => grade === "L3");
    if (!forms.every(isLost) || reason === undefined) return [];
    const { service, operation, code, message } = reason;
    return [
      { service, operation, dialect, reason: `${service}.${operation}: ${code}: ${message}` },
    ];
  });
}

interface Graded {
  readonly dialect: Dialect;
  readonly grade: GradedOperation;
  readonly losses: readonly Finding[];
}

function gradeOperation(scope: Scope): readonly Graded[] {
  const { service, operation, passages, generate } = scope;
  const native = scope.native(operation);
  const { contract } = service;
  const speaks = service.speaks ?? contract.dialect;
  const { input, output } = operation;
  const features = {
    request: featuresOf(contract, input.type),
    answer: output === undefined ? new Map() : featuresOf(contract, output.type),
  };
  let messages: NativeMessages | undefined;
  const applying = passages.filter(({ form }) => form.applies?.(operation) !== false);
  return applying.map((passage) => {
    const { dialect, form, trip } = passage;
    const isPassed = dialect === speaks && (form.isNative?.(operation) ?? true);
    if (isPassed) return graded(scope, passage, "passed", []);
    if (trip.operation(operation.id) === undefined) {
      return graded(scope, passage, "untested", notOffered(operation, form.name));
    }
    const losses: Loss[] = expectedLosses(operation, form, native.form, features);
    // What goes through item by item is not sent through here.
    if (isStream(operation)) return graded(scope, passage, "untested", losses);
    messages ??= testNative(native.trip, contract, operation, generate);
    const tested = testForm(trip, contract, operation, messages);
    losses.push(...tested.losses);
    return graded(scope, passage, tested.isTested ? "tested" : "untested", losses);
  });
}

function notOffered({ output }: Operation, face: string): readonly Loss[] {
  const loss = {
    code: "not-offered",
    grade: "L3",
    message: `the operation has no ${face} form: its bodies are of other media types`,
    rule: "documents of other media types are offered as the contract has them",
    knob: "add the media type to the contract, or call the operation in its own",
    example: undefined,
  } as const;
  const request: Loss = { ...loss, direction: "request" };
  return output === undefined ? [request] : [request, { ...loss, direction: "answer" }];
}

/** What the types alone tell, for a caller in one form and a service in another. */
function expectedLosses(
  operation: Operation,
  face: MessageForm,
  native: MessageForm,
  features: { readonly request: Features; readonly answer: Features },
): Loss[] {
  const losses: Loss[] = [];
  for (const direction of ["request", "answer"] as const) {
    if (direction === "answer" && operation.output === undefined) continue;
    const found = new Map(features[direction]);
    const stream = streamIn(operation, direction);
    if (stream !== undefined) found.set(stream, "");
    if (direction === "answer" && hasAlikeSuccesses(operation)) found.set("success-status", "");
    for (const [code, place] of found) {
      const limiting = formThatLoses(code, direction, face, native);
      const limitation = limiting?.limitations[code];
      if (limiting === undefined || limitation === undefined) continue;
      const { grade, rule, knob, example } = limitation;
      const where = place === "" ? "the message" : place;
      const side = limiting === face ? "" : `, which the service's ${limiting.name} cannot carry`;
      const message = `${where} holds ${said[code]}${side}`;
      losses.push({ code, direction, grade, message, rule, knob, example });
    }
  }
  return losses;
}

function streamIn({ mode }: Operation, direction: Direction): Feature | undefined {
  if (mode === "bidi") return direction === "request" ? "input-stream" : "output-stream";
  if (mode === "client-stream") return direction === "request" ? "input-stream" : undefined;
  return mode === "server-stream" && direction === "answer" ? "output-stream" : undefined;
}

/** Whether the body does not tell which of several successes it was. */
function hasAlikeSuccesses({ rest }: Operation): boolean {
  const responses = rest === undefined ? [] : [rest.success, ...(rest.success.also ?? [])];
  const keys = new Set(responses.map(({ field, variant }) => `${field} ${variant}`));
  return keys.size < responses.length;
}

function formThatLoses(
  feature: Feature,
  direction: Direction,
  face: MessageForm,
  native: MessageForm,
): MessageForm | undefined {
  const { [feature]: ofFace } = face.limitations;
  const { [feature]: ofNative } = native.limitations;
  if (ofFace?.kind === "unsent") return ofNative && native;
  const kind = (ofFace ?? ofNative)?.kind;
  if (kind === "unsent") return native;
  if (kind === "absent") return ofFace === undefined ? native : face;
  if (kind === "misread") return direction === "request" ? ofFace && face : ofNative && native;
  // What the service's own dialect cannot say does not occur in its answers.
  if (ofFace !== undefined) return ofNative === undefined ? face : undefined;
  return direction === "request" ? ofNative && native : undefined;
}

const said = {
  "control-characters": "text that may have control characters",
  "opaque-xml": "XML of any shape",
  "opaque-json": "JSON of any shape",
  "open-record": "members that the contract does not name",
  "any-of": "a value that may fit several variants at once",
  "untagged-union": "a union whose variants are told apart by their shape",
  "input-stream": "more than one document",
  "output-stream": "more than one document",
  "success-status": "one of several statuses",
} as const;

function graded(
  { service, operation }: Scope,
  { dialect, form }: Passage,
  evidence: GradedOperation["evidence"],
  losses: readonly Loss[],
): Graded {
  const { name, contractFile } = service;
  const source: SourcePlace | undefined =
    operation.origin ??
    (contractFile === undefined ? undefined : { file: contractFile, line: 1, column: 1 });
  const firstOnes = losses.filter(
    ({ code, direction }, index) =>
      losses.findIndex((one) => one.code === code && one.direction === direction) === index,
  );
  const findings = firstOnes.map((loss): Finding => {
    const severity = loss.grade === "L3" ? "warning" : "info";
    const { code, message, direction, grade, rule, example, knob } = loss;
    const place = { service: name, operation: operation.id, face: form.name, direction, grade };
    return { code, severity, message, ...place, source, rule, example, knob };
  });
  const worst = (direction: Direction): Grade =>
    losses
      .filter((loss) => loss.direction === direction)
      .reduce<Grade>((grade, loss) => worse(grade, loss.grade), "L0");
  const grade: GradedOperation = {
    service: name,
    operation: operation.id,
    face: form.name,
    request: worst("request"),
    answer: operation.output === undefined ? undefined : worst("answer"),
    evidence,
  };
  return { dialect, grade, losses: findings };
}
