/** Which entries of a ledger somebody wants to see, said in words. */
import { defineProblems, type Problem } from "#base/problem.ts";
import { faultKinds, blames } from "#base/fault-kind.ts";
import { kindNames } from "#ledger/entry/fields.ts";
import type { DecodedEntry } from "#ledger/entry/entry.ts";

const filterProblems = defineProblems({
  "bad-filter": {
    title: "A filter of entries cannot be understood",
    httpStatus: 400,
    faultKind: "invalid_argument",
    blame: "client",
  },
});

export interface EntryFilter {
  /** Wall clock, both inclusive; entries are nearly in the order of their times. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Entries that name this one alone, which an index finds. */
  readonly exchange?: string;
  readonly matches: (entry: DecodedEntry) => boolean;
}

/** What stands in a field of this name as it is. */
const equalFields = [
  "service",
  "operation",
  "caller",
  "exchange",
  "parent",
  "trace",
  "instance",
] as const;

export const filterNames = [
  "from",
  "to",
  "kind",
  ...equalFields,
  "key",
  "status",
  "fault",
] as const;

export type FilterText = (name: (typeof filterNames)[number]) => string | undefined;

/** @param nowMs what times that are said as "ago" go back from. */
export function parseFilter(text: FilterText, nowMs: number): EntryFilter | Problem {
  const fromMs = timeOf(text("from"), -Infinity, nowMs);
  const toMs = timeOf(text("to"), Infinity, nowMs);
  if (fromMs === undefined) return badFilter("from", text("from"), timeExpected);
  if (toMs === undefined) return badFilter("to", text("to"), timeExpected);
  if (fromMs > toMs) return badFilter("from", text("from"), "a time before that of `to`");
  const kind = text("kind");
  if (kind !== undefined && !(kindNames as readonly string[]).includes(kind)) {
    return badFilter("kind", kind, `one of ${kindNames.join(", ")}`);
  }
  const status = statusOf(text("status"));
  if (status === "bad") return badFilter("status", text("status"), "a status or a class: 404, 4xx");
  const fault = text("fault");
  const known: readonly string[] = [...faultKinds, ...blames, "any"];
  if (fault !== undefined && !known.includes(fault)) {
    return badFilter("fault", fault, `any, who broke it or a kind: ${known.join(", ")}`);
  }
  const key = text("key");
  if (key !== undefined && !/^[1-9]$/.test(key)) {
    return badFilter("key", key, "which of its keys the caller showed: a number from 1");
  }
  const equal: (readonly [name: string, value: string])[] = [];
  for (const name of equalFields) {
    const given = text(name);
    if (given === undefined) continue;
    const { form, expected } = idFields.has(name) ? idForm : anyText;
    const value = idFields.has(name) ? given.replaceAll("-", "").toLowerCase() : given;
    if (!form.test(value)) return badFilter(name, given, expected);
    equal.push([name, value]);
  }
  const exchange = equal.find(([name]) => name === "exchange")?.[1];
  return {
    fromMs,
    toMs,
    ...(exchange === undefined ? {} : { exchange }),
    matches(entry) {
      const fields = entry as unknown as Readonly<Record<string, unknown>>;
      if (kind !== undefined && entry.kind !== kind) return false;
      const ms = Number(fields["timeUs"] ?? NaN) / 1_000;
      if (ms < fromMs || ms > toMs) return false;
      if (key !== undefined && fields["callerKey"] !== Number(key)) return false;
      if (!equal.every(([name, value]) => valueIn(fields, name) === value)) return false;
      return fitsStatus(status, fields["status"]) && fitsFault(fault, fields);
    },
  };
}

/** A trace that begins with an exchange has its id, and is not told again. */
function valueIn(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  return fields[name] ?? (name === "trace" ? fields["exchange"] : undefined);
}

const idFields: ReadonlySet<string> = new Set(["exchange", "parent", "trace"]);
const idForm = { form: /^[0-9a-f]{32}$/, expected: "the 32 hexadecimal digits of it" };
const anyText = { form: /./s, expected: "what stands in the entries" };

const timeExpected = "a time such as 2026-11-25T12:00:00Z, or how long ago: 90s, 15m, 2h, 7d";
const units: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

function timeOf(text: string | undefined, absent: number, nowMs: number): number | undefined {
  if (text === undefined) return absent;
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * (units[ago[2] as string] as number);
  const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;
  const ms = form.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** Whether the month has that day, which is the 2nd of March to `Date` otherwise. */
function isDay(text: string): boolean {
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Both inclusive. */
type StatusRange = readonly [from: number, to: number];

function statusOf(text: string | undefined): StatusRange | undefined | "bad" {
  if (text === undefined) return undefined;
  if (/^[1-5]xx$/i.test(text)) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99];
  return /^[1-5]\d\d$/.test(text) ? [Number(text), Number(text)] : "bad";
}

function fitsStatus(range: StatusRange | undefined, status: unknown): boolean {
  if (range === undefined) return true;
  return typeof status === "number" && status >= range[0] && status <= range[1];
}

function fitsFault(
  wanted: string | undefined,
  { faultKind, blame }: Readonly<Record<string, unknown>>,
): boolean {
  if (wanted === undefined) return true;
  if (wanted === "any") return blame !== undefined || faultKind !== undefined;
  return blame === wanted || faultKind === wanted;
}

export function badFilter(name: string, given: string | undefined, expected: string): Problem {
  const shown = JSON.stringify((given ?? "").slice(0, 100));
  return filterProblems["bad-filter"](`${name} is ${shown}; expected ${expected}`);
}
