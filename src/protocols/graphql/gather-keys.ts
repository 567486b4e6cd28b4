/**
 * Calls of one query for different keys, as one call of the list operation. An object that its
 * answer has not, or has twice, is asked for by itself: what callers get is the same.
 */
import type { FaultKind } from "#base/fault-kind.ts";
import type { Fault, Reply } from "#call/call.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import type { HubCall, HubSession } from "#extension/hub.ts";
import type { KeyList } from "./key-lists.ts";

/** Of one query. */
export interface GatheredKeys {
  /** @returns undefined: the call is one that a list operation cannot stand for. */
  readonly add: (list: KeyList, call: HubCall) => Promise<Reply> | undefined;
}

interface Waiting {
  readonly call: HubCall;
  readonly settle: (reply: Reply | Promise<Reply>) => void;
}

/** Faults of a service that is in trouble: it is not asked for each key once more. */
const shared: readonly FaultKind[] = [
  "cancelled",
  "deadline_exceeded",
  "resource_exhausted",
  "unavailable",
];

/** Fields of the root are resolved in one go; what they ask for is sent after the last of them. */
export function gatherKeys(session: HubSession): GatheredKeys {
  const gathered = new Map<KeyList, Waiting[]>();
  const send = (): void => {
    for (const [list, all] of gathered) {
      for (let at = 0; at < all.length; at += list.keysMax) {
        void callMany(session, list, all.slice(at, at + list.keysMax));
      }
    }
    gathered.clear();
  };
  return {
    add(list, call) {
      const isKeyAlone =
        Object.keys(call.input).join() === list.key && Object.keys(call.headers ?? {}).length === 0;
      if (!isKeyAlone || !session.may(list.serviceName, list.many.id)) return undefined;
      if (gathered.size === 0) queueMicrotask(send);
      return new Promise((settle) => {
        const waiting = gathered.get(list) ?? [];
        if (waiting.length === 0) gathered.set(list, waiting);
        waiting.push({ call, settle });
      });
    },
  };
}

async function callMany(
  session: HubSession,
  list: KeyList,
  waiting: readonly Waiting[],
): Promise<void> {
  const alone = (one: Waiting): void => one.settle(session.invoke(one.call));
  if (waiting.length === 1) return waiting.forEach(alone);
  const input = createRecord();
  input[list.keys] = waiting.map(({ call }) => call.input[list.key] ?? null);
  const call = { serviceName: list.serviceName, operationId: list.many.id, input };
  const reply = await session.invoke(call);
  if (reply.kind === "fault") {
    const isShared = shared.includes(reply.faultKind);
    return waiting.forEach((one) => (isShared ? one.settle(withoutDetail(reply)) : alone(one)));
  }
  const items = byKey(reply.output[list.list] ?? null, list.keyOfItem);
  for (const one of waiting) {
    const item = items.get(one.call.input[list.key] ?? null);
    if (item === undefined) {
      alone(one);
      continue;
    }
    const output = createRecord();
    if (list.wrapper !== undefined) output[list.wrapper] = item;
    one.settle({
      ...{ kind: "answer", headers: createRecord() },
      output: list.wrapper === undefined ? item : output,
    });
  }
}

/** Undefined where several have the key. */
function byKey(items: Value, name: string): ReadonlyMap<Value, ValueRecord | undefined> {
  const found = new Map<Value, ValueRecord | undefined>();
  for (const item of Array.isArray(items) ? (items as readonly (ValueRecord | null)[]) : []) {
    const key = item?.[name];
    if (item !== null && key !== undefined) found.set(key, found.has(key) ? undefined : item);
  }
  return found;
}

/** A fault that the list operation declares is none of the other's. */
function withoutDetail({ declared, ...fault }: Fault): Fault {
  return declared === undefined ? fault : { ...fault, code: fault.faultKind };
}
