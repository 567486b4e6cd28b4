/** Tests what one form carries of one operation: messages go through it and are compared. */
import type { Contract, Operation } from "#contract/contract.ts";
import type { Direction, Finding } from "#contract/fidelity.ts";
import { withFitting } from "#contract/fit-to-address.ts";
import type { GeneratedMessage, GenerateMessages } from "#contract/generate-values.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import { findDifference, showValue, type Difference } from "#contract/value-difference.ts";
import type { FaceContext } from "#extension/protocol.ts";
import type { Arrival, RoundTrip } from "./round-trip.ts";

export type Loss = Pick<
  Finding,
  "code" | "grade" | "message" | "direction" | "rule" | "knob" | "example"
>;

/** What the service's own dialect carries of the messages that were made. */
export interface NativeMessages {
  readonly requests: readonly GeneratedMessage[];
  readonly answers: readonly GeneratedMessage[];
  readonly faults: readonly { readonly name: string; readonly detail: Value }[];
  /** What it merges or narrows itself: calls in other dialects cannot say it either. */
  readonly losses: readonly Loss[];
}

export interface TestedForm {
  readonly losses: readonly Loss[];
  /** Whether at least one message went each way. */
  readonly isTested: boolean;
}

/**
 * A message that the service's own dialect refuses is none that can occur, or was made badly; what
 * comes through changed is taken as it came.
 */
export function testNative(
  trip: RoundTrip | undefined,
  contract: Contract,
  asked: Operation,
  generate: GenerateMessages,
): NativeMessages {
  const { id, input, output, faults } = asked;
  const operation = trip?.operation(id);
  if (trip === undefined || operation === undefined) return nothing;
  const losses: Loss[] = [];
  let context: FaceContext | undefined;
  const requests = withFitting(contract, asked, generate(input)).flatMap((message) => {
    const arrival = trip.request(operation, message);
    if (arrival.kind === "refused") return [];
    context ??= arrival.context;
    const loss = compare(contract, "request", message, arrival);
    if (loss !== undefined) {
      losses.push({ ...loss, message: `the service's own dialect: ${loss.message}` });
    }
    return [arrivedAs(message, arrival)];
  });
  const answering = context;
  if (answering === undefined || output === undefined) {
    return { ...nothing, requests, losses };
  }
  const answers = generate(output).flatMap((message) => {
    const arrival = trip.answer(operation, message, answering);
    return arrival.kind === "refused" ? [] : [arrivedAs(message, arrival)];
  });
  const declared = faults.flatMap((fault) => {
    const [message] = fault.type === undefined ? [] : generate({ type: fault.type, headers: [] });
    if (message === undefined) return [];
    const arrival = trip.fault(operation, fault, message.body, answering);
    return arrival.kind === "refused" ? [] : [{ name: fault.name, detail: arrival.body }];
  });
  return { requests, answers, faults: declared, losses };
}

const nothing: NativeMessages = { requests: [], answers: [], faults: [], losses: [] };

function arrivedAs(
  { style }: GeneratedMessage,
  { body, headers }: Arrival & { readonly kind: "arrived" },
): GeneratedMessage {
  return { style, body: body as ValueRecord, headers };
}

export function testForm(
  trip: RoundTrip,
  contract: Contract,
  { id, output }: Operation,
  { requests, answers, faults, losses }: NativeMessages,
): TestedForm {
  const operation = trip.operation(id);
  if (operation === undefined || requests.length === 0) return { losses: [], isTested: false };
  const found: Loss[] = [...losses];
  let context: FaceContext | undefined;
  const [plain] = requests;
  const sent = requests.map((message) => {
    const arrival = trip.request(operation, message);
    if (arrival.kind === "arrived") context ??= arrival.context;
    const loss = lossOf(contract, "request", message, arrival);
    // Odd headers that are refused must not hide what becomes of the body.
    const isTwofold = loss?.code === "value-refused" && Object.keys(message.headers).length > 0;
    if (!isTwofold || plain === undefined) return loss;
    const again = { ...message, headers: plain.headers };
    const second = lossOf(contract, "request", again, trip.request(operation, again));
    if (second !== undefined) found.push(second);
    return loss;
  });
  found.push(...sumUp(sent));
  const answering = context;
  if (answering === undefined) return { losses: found, isTested: true };
  const answered = answers.map((message) =>
    lossOf(contract, "answer", message, trip.answer(operation, message, answering)),
  );
  found.push(...sumUp(answered));
  for (const { name, detail } of faults) {
    const fault = operation.faults.find((one) => one.name === name);
    if (fault === undefined) continue;
    const message: GeneratedMessage = { style: "ordinary", body: { [name]: detail }, headers: {} };
    const arrival = trip.fault(operation, fault, detail, answering);
    const carried =
      arrival.kind === "refused" ? arrival : { ...arrival, body: { [name]: arrival.body } };
    const loss = lossOf(contract, "answer", message, carried);
    if (loss === undefined) continue;
    const told =
      arrival.kind === "refused"
        ? `the fault ${name} does not arrive with its detail: ${arrival.message}`
        : `the fault ${name}: ${loss.message}`;
    found.push({ ...loss, message: told });
  }
  return { losses: found, isTested: output === undefined || answers.length > 0 };
}

function lossOf(
  contract: Contract,
  direction: Direction,
  message: GeneratedMessage,
  arrival: Arrival,
): Loss | undefined {
  if (arrival.kind === "arrived") return compare(contract, direction, message, arrival);
  return {
    code: "value-refused",
    grade: "L2",
    direction,
    message: `a message that the contract allows is refused: ${arrival.message}`,
    rule: "what a dialect cannot say is refused, never changed in silence",
    knob: "narrow the type in the contract to what the dialect can say",
    example: { before: showValue(message.body), after: "refused" },
  };
}

/** When none of the messages comes through, the operation is not offered. */
function sumUp(losses: readonly (Loss | undefined)[]): readonly Loss[] {
  const found = losses.filter((loss) => loss !== undefined);
  const refused = found.filter(({ code }) => code === "value-refused");
  const [first] = refused;
  if (first === undefined || refused.length < losses.length) return found;
  const message = first.message.replace("a message", "every message that was tried and");
  return [{ ...first, code: "never-carried", grade: "L3", message }];
}

function compare(
  contract: Contract,
  direction: Direction,
  { body, headers }: GeneratedMessage,
  arrival: Arrival & { readonly kind: "arrived" },
): Loss | undefined {
  const options = { emptyListIsAbsent: contract.dialect === "soap" };
  const difference =
    findDifference(body, arrival.body, options) ??
    findDifference(headers, arrival.headers, options, "headers");
  return difference && changed(direction, difference);
}

function changed(direction: Direction, { place, before, after, isLexical }: Difference): Loss {
  const example = { before: showValue(before), after: showValue(after) };
  const common = { direction, example };
  if (isLexical) {
    return {
      ...common,
      code: "spelling-changed",
      grade: "L1",
      message: `${place} comes through in another spelling`,
      rule: "prefixes, white space and zeros at the end of decimals may change, values never",
      knob: "none is needed",
    };
  }
  const isState = isEmpty(before) && isEmpty(after);
  return {
    ...common,
    code: isState ? "states-merged" : "value-changed",
    grade: "L2",
    message: `${place} comes through as ${example.after} where ${example.before} was sent`,
    rule: isState
      ? "absent, null and empty are three states, and not every dialect can tell them apart"
      : "the dialect has no spelling of its own for the value",
    knob: isState
      ? "make the member required and not nullable, or use a dialect that can tell"
      : "narrow the type in the contract to what the dialect can say",
  };
}

function isEmpty(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
