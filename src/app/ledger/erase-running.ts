/** Erases a subject under a running gateway: its workers forget the key, the ledger tells of it. */
import type { Platform } from "#base/platform.ts";
import { isProblem, type Problem } from "#base/problem.ts";
import { announceErasure } from "#ledger/bodies/body-slots.ts";
import {
  eraseSubject,
  settle,
  type ErasureFields,
  type ErasureOrder,
} from "#ledger/bodies/erase.ts";
import { problems, trying } from "#ledger/store/problems.ts";
import { problemOf } from "./ledger-folders.ts";
import { openKeys } from "./open-keys.ts";
import type { LedgerService } from "./ledger-service.ts";

/** An erasure that is on record. */
export interface Erased extends ErasureFields {
  /** Of its entry. */
  readonly index: number;
}

export interface RunningOrder extends Omit<ErasureOrder, "nowMs"> {
  /** Of the ledger that is meant; undefined: whatever this one is. */
  readonly origin?: string | undefined;
}

export async function eraseRunning(
  { random, clock }: Pick<Platform, "random" | "clock">,
  ledger: Pick<LedgerService, "origin" | "path" | "bodies" | "append">,
  order: RunningOrder,
): Promise<Erased | Problem> {
  const { path, bodies, append } = ledger;
  if (order.origin !== undefined && order.origin !== ledger.origin) {
    const detail = `this gateway writes ${ledger.origin}, not ${order.origin}`;
    return problems["ledger-origin"](detail);
  }
  try {
    const keys = openKeys(random, path);
    if (isProblem(keys)) return keys;
    const erasure = trying("erase the subject", () =>
      eraseSubject(keys, { ...order, nowMs: clock.nowMs() }),
    );
    if (isProblem(erasure)) return erasure;
    announceErasure(bodies.slots);
    const [appended] = await append([{ kind: "erasure", ...erasure }]);
    trying("note the erasure", () => settle(keys, erasure.subject));
    return { ...erasure, index: appended?.index ?? -1 };
  } catch (error) {
    return problemOf(error);
  }
}
