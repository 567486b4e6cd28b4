/** A face of the matrix: how a caller in it asks a gateway for an operation of the contract. */
import type { TestContext } from "node:test";
import type { Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { Told } from "./hand.ts";
import type { PairText } from "./texts.ts";

export interface PairFace {
  readonly name: string;
  /** Of faces in text. */
  readonly text?: PairText;
  readonly open: (
    scope: Pick<TestContext, "after">,
    contract: Contract,
    port: number,
  ) => PairCaller;
}

export interface PairCaller {
  readonly call: (operation: Operation, input: ValueRecord) => Promise<Reply>;
  readonly watch: (operation: Operation, input: ValueRecord) => Promise<Told>;
}

/** The service of every gateway in a pair. */
export const serviceName = "pairs";
