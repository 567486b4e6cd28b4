/**
 * Holds what passes, and what is translated, to the service's contract and to limits of the
 * operator's, in both directions. It reads as translation reads: nothing is written anew.
 */
import type { Problem } from "#base/problem.ts";
import type { Call, Fault, Reply } from "#call/call.ts";
import { faultOfProblem } from "#call/problems.ts";
import { valueText } from "#contract/value-text.ts";
import type { Policy, PolicyRequest, Verdict } from "#extension/policy.ts";
import type { ReadingManner } from "#extension/protocol.ts";
import type { Input } from "#extension/streams.ts";
import { optionsSchema, type DirectionOptions, type Options } from "./options.ts";
import { problems } from "./problems.ts";
import { compileShapeLimits } from "./shape-limits.ts";

export const validate: Policy<Options> = {
  name: "validate",
  summary: "Holds requests and answers to the service's contract, and to limits of yours.",
  description:
    "What passes from a caller to an instance of the same dialect is read by the contract on its " +
    "way, and goes on byte for byte as it came. Refused requests say what is wrong and where: " +
    "`place`, and in `problem+json` also `errors`. Whatever the dialect, the same limits hold: " +
    "OpenAPI, WSDL, Protocol Buffers and GraphQL are one contract here. Messages between " +
    "dialects have to fit the contract anyway, or could not be translated; for them the limits " +
    "are added. Bodies are held back whole while they are read, up to `bytesMax`; streams are " +
    "read message by message.",
  options: optionsSchema,
  example: "- validate: { requests: { mode: refuse, itemsMax: 1000 }, answers: { mode: report } }",
  problems: problems.definitions,
  level: "call",
  check(_options, { serviceName, contract }) {
    if (serviceName === undefined || contract !== undefined) return [];
    const message = `service ${serviceName} has no contract that messages could be held to`;
    return [{ path: [], severity: "error", message }];
  },
  explain: ({ requests, answers }) =>
    `requests that do not fit the contract: ${tell(requests)}; answers: ${tell(answers)}`,
  create({ requests, answers }) {
    const ofRequests = direction(requests, "request");
    const ofAnswers = direction(answers, "answer");
    const isOn = { requests: requests.mode !== "off", answers: answers.mode !== "off" };
    return {
      holds: {
        requests: isOn.requests ? requests.bytesMax : 0,
        answers: isOn.answers ? answers.bytesMax : 0,
      },
      ...(isOn.requests && {
        onHeldRequest: (request, held) => act(request, requests, ofRequests.ofHeld(held)),
        onInput: (request: PolicyRequest, input: Input | Fault) =>
          act(request, requests, ofRequests.ofInput(input))?.problem,
        onCall(request: PolicyRequest, { input }: Call) {
          // What is asked for over all services has no body of its own.
          const bytes = request.requestBytes || valueText(input).length;
          return act(request, requests, ofRequests.ofMessage(input, bytes));
        },
      }),
      ...(isOn.answers && {
        onHeldAnswer: (request, held) => act(request, answers, ofAnswers.ofHeld(held)),
        onOutput(request: PolicyRequest, output: Reply) {
          const isOurs = output.kind === "fault" && output.declared !== undefined;
          const problem = isOurs ? undefined : ofAnswers.ofOutput(output);
          return act(request, answers, problem)?.problem;
        },
        onReply(request: PolicyRequest, reply: Reply) {
          if (reply.kind === "fault") return undefined;
          const problem = ofAnswers.ofMessage(reply.output, request.responseBytes);
          const verdict = act(request, answers, problem);
          return verdict && faultOfProblem(verdict.problem);
        },
      }),
    };
  },
};

function tell({ mode, unknown, ...limits }: DirectionOptions): string {
  if (mode === "off") return "not looked at";
  const told = Object.entries(limits).map(([name, limit]) => `${name} ${limit}`);
  return `${mode} (unknown fields: ${unknown}, ${told.join(", ")})`;
}

interface Read {
  readonly bytes: number;
  readonly isWhole: boolean;
  readonly read: (manner: ReadingManner) => Call | Reply;
}

function direction(options: DirectionOptions, whose: "request" | "answer") {
  const { bytesMax, unknown } = options;
  const manner = { unknown, bytesMax };
  const unfit = problems[`${whose}-unfit`];
  const beyondLimits = problems[`${whose}-beyond-limits`];
  const findBeyond = compileShapeLimits(options);
  const tooLarge = (): Problem =>
    beyondLimits(`a body of more than bytesMax of validate, ${bytesMax} bytes`);
  const ofMessage = (value: Call["input"], bytes: number): Problem | undefined => {
    if (bytes > bytesMax) return tooLarge();
    const beyond = findBeyond?.(value);
    return beyond && beyondLimits(`${beyond.message} (validate)`, { place: beyond.place });
  };
  const toldOf = ({ message, place }: Fault): Problem => {
    const where = place === undefined ? {} : { place };
    if (whose === "request") return unfit(message, where);
    // The message may quote what the service said, which is not for callers: the log has it.
    const what = place === undefined || place === "" ? "" : `: ${place} is wrong`;
    return unfit(`the answer does not fit the contract${what}`, { ...where, cause: message });
  };
  return {
    ofMessage,
    ofInput(input: Input | Fault): Problem | undefined {
      return input.kind === "fault" ? toldOf(input) : ofMessage(input.input, 0);
    },
    ofOutput(output: Reply): Problem | undefined {
      return output.kind === "answer" ? ofMessage(output.output, 0) : toldOf(output);
    },
    ofHeld({ isWhole, bytes, read }: Read): Problem | undefined {
      if (!isWhole || bytes > bytesMax) return tooLarge();
      const found = read(manner);
      if ("operation" in found) return ofMessage(found.input, bytes);
      if (found.kind === "answer") return ofMessage(found.output, bytes);
      // A fault that the service has told is an answer like any other.
      if (whose === "answer" && found.unfit !== true) return undefined;
      if (found.faultKind === "resource_exhausted")
        return beyondLimits(`${found.message} (validate)`);
      return toldOf(found);
    },
  };
}

function act(
  request: PolicyRequest,
  { mode }: DirectionOptions,
  problem: Problem | undefined,
): Extract<Verdict, { kind: "refuse" }> | undefined {
  if (problem === undefined) return undefined;
  if (mode === "refuse") return { kind: "refuse", problem };
  request.report(problem);
  return undefined;
}
