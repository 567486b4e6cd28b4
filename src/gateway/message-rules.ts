/** What policies make of messages between dialects; of what comes one by one, of each. */
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Operation } from "#contract/contract.ts";
import type { Input, ReplyStream, RequestStream } from "#extension/streams.ts";

export interface MessageRules {
  rewriteCall(call: Call): Call;
  rewriteReply(reply: Reply, operation: Operation): Reply;
  judgeInput(input: Input): Fault | undefined;
  judgeOutput(output: Answer | Fault): Answer | Fault;
}

/** @param rules undefined: there are none. */
export function ruledInputs(
  requests: RequestStream,
  rules: MessageRules | undefined,
  call: Call,
): RequestStream {
  if (rules === undefined) return requests;
  return {
    ...requests,
    item(input) {
      const fault = rules.judgeInput({ kind: "input", input });
      return fault ?? requests.item(rules.rewriteCall({ ...call, input }).input);
    },
  };
}

/** @param rules undefined: there are none. */
export function ruledOutputs(
  replies: ReplyStream,
  rules: MessageRules | undefined,
  operation: Operation,
): ReplyStream {
  if (rules === undefined) return replies;
  const rule = (output: Answer | Fault): Reply => {
    const judged = rules.judgeOutput(output);
    return judged === output ? rules.rewriteReply(output, operation) : judged;
  };
  const { last, isOver } = replies;
  return {
    push: (bytes) => replies.push(bytes).map(rule),
    ...(isOver === undefined ? {} : { isOver }),
    ...(last === undefined ? {} : { last: () => last().map(rule) }),
    end(trailer) {
      const fault = replies.end(trailer);
      const told = fault && rules.rewriteReply(fault, operation);
      return told?.kind === "fault" ? told : fault;
    },
  };
}
