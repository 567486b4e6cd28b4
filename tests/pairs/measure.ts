/**
 * Measures a cell of the matrix: canonical values go from a caller in the face through a gateway to
 * an instance in the other dialect, which is a gateway itself, and answers come back the same way.
 */
import type { Fault, Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { worse, type Grade } from "#contract/fidelity.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { findDifference, showValue } from "#contract/value-difference.ts";
import { pairCases } from "./cases.ts";
import type { PairCaller } from "./face.ts";
import type { Hand, Told } from "./hand.ts";

export interface Cell {
  readonly values: Grade;
  readonly streams: Grade;
  readonly faults: Grade;
  /** What is not as it was: `request, large: ...`, each once. */
  readonly findings: readonly string[];
}

interface Finding {
  readonly grade: Grade;
  readonly text: string;
}

export async function measureCell(
  contract: Contract,
  caller: PairCaller,
  hand: Hand,
): Promise<Cell> {
  const find = (id: string) => contract.operations.find((one) => one.id === id) as Operation;
  const values = await measureValues(caller, find("exchange"), hand);
  const failures = await measureFaults(caller, find("exchange"), hand);
  const streams = await measureStreams(caller, find("watch"), hand);
  const all = [values, failures, streams].flatMap(({ findings }) => findings);
  return {
    values: values.grade,
    faults: failures.grade,
    streams: streams.grade,
    findings: [...new Set(all.map(({ text }) => text))],
  };
}

interface Measured {
  readonly grade: Grade;
  readonly findings: readonly Finding[];
}

function sumUp(findings: readonly Finding[], isOffered: boolean): Measured {
  if (!isOffered) return { grade: "L3", findings: findings.slice(0, 1) };
  return { findings, grade: findings.reduce<Grade>((one, { grade }) => worse(one, grade), "L0") };
}

async function measureValues(
  caller: PairCaller,
  operation: Operation,
  hand: Hand,
): Promise<Measured> {
  const findings: Finding[] = [];
  let arrived = 0;
  for (const { name, value, about } of pairCases) {
    hand.received = undefined;
    hand.gives = { kind: "answer", output: value, headers: {} };
    const reply = await caller.call(operation, value);
    const received = hand.received as Hand["received"];
    if (received !== undefined) arrived += 1;
    findings.push(...compare(`request, ${name}`, value, received?.input, reply, about));
    // What was refused on its way there says nothing of the way back.
    const back = received === undefined ? await answerTo(caller, operation, hand, value) : reply;
    const output = back.kind === "answer" ? back.output : undefined;
    findings.push(...compare(`answer, ${name}`, value, output, back, about));
  }
  return sumUp(findings, arrived > 0);
}

async function measureFaults(
  caller: PairCaller,
  operation: Operation,
  hand: Hand,
): Promise<Measured> {
  const findings: Finding[] = [];
  for (const fault of faults) {
    hand.gives = fault;
    findings.push(...compareFaults("fault", fault, await caller.call(operation, {})));
  }
  return sumUp(findings, true);
}

/** The answer to a call of nothing. */
function answerTo(
  caller: PairCaller,
  operation: Operation,
  hand: Hand,
  output: ValueRecord,
): Promise<Reply> {
  hand.gives = { kind: "answer", output, headers: {} };
  return caller.call(operation, {});
}

function compare(
  what: string,
  before: ValueRecord,
  after: ValueRecord | undefined,
  reply: Reply,
  about?: string,
): readonly Finding[] {
  if (after === undefined) {
    const message = reply.kind === "fault" ? reply.message : "it did not arrive";
    return [{ grade: "L2", text: `${what}: refused: ${shortened(message)}` }];
  }
  const difference =
    about === undefined
      ? findDifference(before, after, { emptyListIsAbsent: true })
      : findDifference(before[about], after[about], { emptyListIsAbsent: false }, `/${about}`);
  if (difference === undefined) return [];
  const { place, isLexical } = difference;
  const [from, to] = [difference.before, difference.after].map(showValue);
  const text = `${what}: ${place} was ${from}, arrived as ${to}`;
  return [{ grade: isLexical ? "L1" : "L2", text }];
}

const messageMax = 160;

function shortened(message: string): string {
  return message.length > messageMax ? `${message.slice(0, messageMax)}...` : message;
}

const declaredFault: Fault = {
  kind: "fault",
  faultKind: "already_exists",
  blame: "service",
  code: "conflict",
  message: "it is held",
  declared: { name: "conflict", detail: { why: "Ünï <&>", held: "9223372036854775807" } },
};

/** A declared one, and those that services and gateways make up. */
const faults: readonly Fault[] = [
  declaredFault,
  {
    kind: "fault",
    faultKind: "unavailable",
    blame: "service",
    code: "sold-out",
    message: "come again <later>",
  },
  {
    kind: "fault",
    faultKind: "permission_denied",
    blame: "policy",
    code: "closed",
    message: "not today",
  },
  {
    kind: "fault",
    faultKind: "internal",
    blame: "gateway",
    code: "gateway-failure",
    message: "the gateway failed",
    place: "/body/lines/3",
  },
];

function compareFaults(
  what: string,
  before: Fault,
  after: Reply | { readonly kind: "none" },
): readonly Finding[] {
  if (after.kind !== "fault") {
    return [{ grade: "L2", text: `${what} ${before.code}: taken for an answer` }];
  }
  const members = ["faultKind", "blame", "code", "message", "declared"] as const;
  return members.flatMap((member): readonly Finding[] => {
    const [from, to] = [before, after].map((fault) => fault[member] as Value | undefined);
    const difference = findDifference(from, to, { emptyListIsAbsent: false });
    if (difference === undefined) return [];
    const [was, is] = [showValue(from), showValue(to)];
    const text = `${what} ${before.code}: its ${member} was ${was}, arrived as ${is}`;
    return [{ grade: "L2", text }];
  });
}

async function measureStreams(
  caller: PairCaller,
  operation: Operation,
  hand: Hand,
): Promise<Measured> {
  const findings: Finding[] = [];
  let arrived = 0;
  const watch = async (given: Told): Promise<Told> => {
    hand.gives = given;
    return caller.watch(operation, {});
  };
  for (const outputs of streams) {
    const seen = await watch({ outputs, fault: undefined });
    if (seen.fault === undefined) arrived += 1;
    const count = `a stream of ${outputs.length}`;
    if (seen.fault !== undefined) {
      const text = `${count}: refused: ${shortened(seen.fault.message)}`;
      findings.push({ grade: "L2", text });
    } else if (seen.outputs.length !== outputs.length) {
      findings.push({ grade: "L2", text: `${count}: arrived as ${seen.outputs.length}` });
    } else {
      for (const [index, output] of outputs.entries()) {
        const told = { kind: "answer", output, headers: {} } as const;
        findings.push(...compare(`${count}, output`, output, seen.outputs[index], told));
      }
    }
  }
  if (arrived === 0) return sumUp(findings, false);
  for (const fault of faults) {
    const outputs = [{ text: "a" }, { text: "b" }];
    const seen = await watch({ outputs, fault });
    findings.push(...compareFaults("in mid-stream, fault", fault, seen.fault ?? { kind: "none" }));
    if (seen.outputs.length !== outputs.length) {
      const count = `of the ${outputs.length} outputs before it ${seen.outputs.length} arrived`;
      const text = `in mid-stream, fault: ${count}`;
      findings.push({ grade: "L2", text });
    }
  }
  hand.gives = declaredFault;
  const { fault = { kind: "none" } as const } = await caller.watch(operation, {});
  findings.push(...compareFaults("instead of a stream, fault", declaredFault, fault));
  return sumUp(findings, true);
}

/** None, one, and some edges that every dialect can tell one by one. */
const streams: readonly (readonly ValueRecord[])[] = [
  [],
  [{}],
  [
    { large: "9223372036854775807", exact: "1234567890.12345678901234567890" },
    { text: "Ünï 🦆", blob: Uint8Array.of(0, 255) },
    { numbers: ["1", "-1"], node: { name: "a" } },
  ],
];
