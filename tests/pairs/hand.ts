/**
 * What the last gateway of a pair calls: nothing. It keeps each call in canonical form, and gives
 * what it was told to, so that nothing but the pair stands between the two.
 */
import type { Answer, Call, Fault, Reply } from "#call/call.ts";
import type { Dialect } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Protocol } from "#extension/protocol.ts";
import type { ReplyStream } from "#extension/streams.ts";

/** Outputs of a stream, and what it ends with. */
export interface Told {
  readonly outputs: readonly ValueRecord[];
  readonly fault: Fault | undefined;
}

export interface Hand {
  readonly protocol: Protocol;
  /** The last call that has arrived. */
  received: Call | undefined;
  gives: Reply | Told;
}

/** @param name of the dialect whose instances it stands for: one that no face of the pair needs. */
export function createHand(name: Dialect): Hand {
  const hand: Hand = {
    received: undefined,
    gives: { outputs: [], fault: undefined },
    protocol: {
      name,
      createUpstream: () => ({
        encode(call) {
          hand.received = call;
          return { kind: "request", method: "GET", target: "/", fields: [], body: Buffer.alloc(0) };
        },
        decode: () => ("kind" in hand.gives ? hand.gives : untold),
        decodeOutputs: () => ("kind" in hand.gives ? undefined : streamOf(hand.gives)),
      }),
    },
  };
  return hand;
}

function streamOf({ outputs, fault }: Told): ReplyStream {
  return {
    push: () => [],
    last: () => outputs.map((output): Answer => ({ kind: "answer", output, headers: {} })),
    end: () => fault,
  };
}

const untold: Fault = {
  kind: "fault",
  faultKind: "internal",
  blame: "gateway",
  code: "untold",
  message: "nothing was told for a single answer",
};
