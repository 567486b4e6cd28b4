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
import { within } from "./within.ts";

/** An erasure that is on record. */
export interface Erased extends ErasureFields {
  /** Of its entry. */
  readonly index: number;
}

export interface RunningOrder extends Omit<ErasureOrder, "nowMs"> {
  /** Of the ledger that is meant; undefined: whatever this one is. */
  readonly origin?: string | undefined;
}

/** How long who orders it waits for it to be on record. */
const recordMsMax = 5_000;

export async function eraseRunning(
  { random, clock, timers }: Pick<Platform, "random" | "clock" | "timers">,
  ledger: Pick<LedgerService, "origin" | "path" | "bodies" | "append" | "facts">,
  order: RunningOrder,
): Promise<Erased | Problem> {
  const { path, bodies, append } = ledger;
  if (order.origin !== undefined && order.origin !== ledger.origin) {
    const detail = `this gateway writes ${ledger.origin}, not ${order.origin}`;
    return problems["ledger-origin"](detail);
  }
  if (!ledger.facts().isOpen) {
    const detail = "an erasure cannot be put on record now, so nothing was erased; ask again";
    return problems["ledger-disk-failed"](detail, { retryAfterS: 1 });
  }
  try {
    const keys = openKeys(random, path);
    if (isProblem(keys)) return keys;
    const erasure = trying("erase the subject", () =>
      eraseSubject(keys, { ...order, nowMs: clock.nowMs() }),
    );
    if (isProblem(erasure)) return erasure;
    announceErasure(bodies.slots);
    const recording = append([{ kind: "erasure", ...erasure }]).then((appended) => {
      trying("note the erasure", () => settle(keys, erasure.subject));
      return appended;
    });
    const recorded = await within(timers, recordMsMax, recording);
    if (recorded !== undefined) return { ...erasure, index: recorded[0]?.index ?? -1 };
    // The next start would, too, by the mark that is there.
    recording.catch(() => undefined);
    const detail =
      `the key of ${erasure.subject} is destroyed; the ledger, which takes nothing now, tells of ` +
      "it when it works again";
    return problems["ledger-disk-failed"](detail);
  } catch (error) {
    return problemOf(error);
  }
}
