/**
 * A worker's connection to the server that gateways share limits through: every step has its time,
 * a server that keeps missing it is left alone for a while, longer each time, and asked by nobody
 * but the keeper until it answers again.
 */
import type { Log } from "#base/log.ts";
import type { Platform } from "#base/platform.ts";
import type { SharedStore, StoreScript, WhenAway } from "#base/shared-store.ts";
import { openConnection, type StoreAddress, type StoreConnection } from "./connection.ts";

export interface StoreOptions {
  readonly address: StoreAddress;
  /** As in messages, without credentials. */
  readonly url: string;
  /** Of one step. */
  readonly timeoutMs: number;
  /** Of all keys. */
  readonly prefix: string;
  readonly whenAway: WhenAway;
}

export interface KeptStore extends SharedStore {
  readonly isUp: boolean;
  /** Steps that had no answer, since the beginning. */
  readonly missed: number;
  /** When it has answered, or has not, for the first time. */
  readonly settled: Promise<void>;
  readonly close: () => void;
  /** Closes it when what was asked for has been answered, or has missed its time. */
  readonly finish: () => Promise<void>;
}

/** Steps in a row without an answer, until it counts as away. */
const failuresMax = 3;
const connectMs = 2_000;
/** So often it is told, at most, that something else is under a key. */
const tellKeyMs = 60_000;
const backOffMs = { first: 100, last: 10_000 } as const;

export function keepStore(
  { address, url, timeoutMs, prefix, whenAway }: StoreOptions,
  { clock, timers, random }: Pick<Platform, "clock" | "timers" | "random">,
  log: Log,
  open: typeof openConnection = openConnection,
): KeptStore {
  let connection: StoreConnection | undefined;
  let failures = 0;
  let attempts = 0;
  let missed = 0;
  /** What was logged last. */
  let told: "up" | "away" | undefined;
  let toldKeyMs = -Infinity;
  let underWay = 0;
  let finish = (): void => undefined;
  let isClosed = false;
  let cancel = (): void => undefined;

  async function connect(): Promise<void> {
    let fresh: StoreConnection | undefined;
    const lost = (error: unknown): void => {
      if (connection === fresh) leave(error);
    };
    try {
      fresh = await open(address, connectMs, lost, timers);
      // One that shakes hands and answers too late, or cannot do what it is for, is of no use.
      await inTime(fresh.probe(`${prefix}probe`));
    } catch (error) {
      fresh?.destroy();
      return leave(error);
    }
    if (isClosed) return fresh.destroy();
    connection = fresh;
    failures = 0;
    if (told === "away") {
      log.info("limit-store-back", `${url} answers: limits are shared again`, { store: url });
    }
    told = "up";
  }

  /** No step is asked for any more, until another connection has answered. */
  function leave(error: unknown): void {
    connection?.destroy();
    connection = undefined;
    if (isClosed) return;
    const waitMs = Math.min(backOffMs.first * 2 ** attempts, backOffMs.last);
    attempts++;
    // Not all workers of all gateways at once.
    const share = 0.5 + random.bytes(1).readUInt8() / 512;
    cancel();
    cancel = timers.after(waitMs * share, () => void connect());
    if (told === "away") return;
    told = "away";
    const reason = error instanceof Error ? error.message || error.name : String(error);
    log.warn("limit-store-away", `${url} does not answer: ${reason}; ${consequence[whenAway]}`, {
      store: url,
      whenAway,
    });
  }

  function noteFailure(error: unknown, of: StoreConnection, key: string): void {
    missed++;
    if (isAboutKey(error)) tellKey(String(error), key);
    else if (of === connection && ++failures >= failuresMax) leave(error);
  }

  /** The server is well, and other keys are. */
  function tellKey(reason: string, key: string): void {
    failures = 0;
    const nowMs = clock.monotonicMs();
    if (nowMs - toldKeyMs < tellKeyMs) return;
    toldKeyMs = nowMs;
    const what = `what no gateway has put there (${reason}); remove it: ${consequence[whenAway]}`;
    log.warn("limit-store-bad-key", `${url} has under ${JSON.stringify(key)} ${what}`, {
      ...{ store: url, whenAway, key },
    });
  }

  /** Rejects when it takes too long; whatever comes then is nobody's. */
  function inTime<Answer>(coming: Promise<Answer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const stop = timers.after(timeoutMs, () =>
      reject(new Error(`no answer within ${timeoutMs} ms`)),
    );
    coming.then(resolve, reject).finally(stop);
    return promise;
  }

  function close(): void {
    isClosed = true;
    cancel();
    connection?.destroy();
    connection = undefined;
  }

  const settled = connect();
  return {
    settled,
    whenAway,
    async run(script, key, numbers) {
      const asked = connection;
      if (asked === undefined) {
        missed++;
        return undefined;
      }
      underWay++;
      try {
        const answer = checkAnswer(await inTime(asked.run(script, prefix + key, numbers)), script);
        failures = 0;
        attempts = 0;
        return answer;
      } catch (error) {
        noteFailure(error, asked, prefix + key);
        return undefined;
      } finally {
        if (--underWay === 0) finish();
      }
    },
    get isUp() {
      return connection !== undefined;
    },
    get missed() {
      return missed;
    },
    close,
    async finish() {
      if (underWay > 0) await new Promise<void>((resolve) => (finish = resolve));
      close();
    },
  };
}

const consequence: Readonly<Record<WhenAway, string>> = {
  local: "each gateway counts for itself until then",
  refuse: "what cannot be counted is refused until then",
  allow: "nothing is counted until then",
};

function isAboutKey(error: unknown): boolean {
  return /\b(?:WRONGTYPE|BADVALUE)\b/.test(String(error));
}

function checkAnswer(answer: unknown, { answers }: StoreScript): readonly number[] {
  if (Array.isArray(answer) && answer.length === answers && answer.every(Number.isSafeInteger)) {
    return answer as readonly number[];
  }
  throw new Error(`an answer is not a list of ${answers} integers`);
}
