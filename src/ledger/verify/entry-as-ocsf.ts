/**
 * The entry of an exchange as an event of the Open Cybersecurity Schema Framework, version 1.3.0:
 * class "API Activity" (6003). Entries of other kinds are no calls and have none.
 */
import { decodeEntry } from "#ledger/entry/decode-entry.ts";
import type { Entry } from "#ledger/entry/entry.ts";

type ExchangeEntry = Extract<Entry, { readonly kind: "exchange" }>;

const category = { uid: 6, name: "Application Activity" };
const eventClass = { uid: 6003, name: "API Activity" };
const activities = { other: 99, create: 1, read: 2, update: 3, delete: 4 } as const;
const activityNames = { 99: "Other", 1: "Create", 2: "Read", 3: "Update", 4: "Delete" } as const;
const byMethod: Readonly<Record<string, (typeof activities)[keyof typeof activities]>> = {
  GET: activities.read,
  HEAD: activities.read,
  POST: activities.create,
  PUT: activities.update,
  PATCH: activities.update,
  DELETE: activities.delete,
};

/** @param index of the entry. @param origin of the log. @returns undefined for other kinds. */
export function entryAsOcsf(bytes: Buffer, index: number, origin: string): object | undefined {
  const entry = decodeEntry(bytes);
  return entry.kind === "exchange" ? event(entry, index, origin) : undefined;
}

function event(entry: ExchangeEntry, index: number, origin: string): object {
  const { method = "unknown", status, timeUs, totalUs, service, operation, route, caller } = entry;
  const activity = byMethod[method] ?? activities.other;
  const endMs = Math.floor(timeUs / 1_000);
  const code = entry.problem ?? entry.fault ?? entry.faultKind;
  const broken = code ?? (entry.aborted === true ? "aborted" : undefined);
  // A status is told at the beginning of an answer, which may have broken off behind it.
  const hasFailed = status >= 400 || broken !== undefined;
  const name = operation ?? route ?? method;
  return {
    activity_id: activity,
    activity_name: activityNames[activity],
    category_uid: category.uid,
    category_name: category.name,
    class_uid: eventClass.uid,
    class_name: eventClass.name,
    type_uid: eventClass.uid * 100 + activity,
    type_name: `${eventClass.name}: ${activityNames[activity]}`,
    time: endMs,
    start_time: Math.floor((timeUs - totalUs) / 1_000),
    end_time: endMs,
    duration: Math.round(totalUs / 1_000),
    severity_id: hasFailed ? severityOf(entry) : 1,
    status_id: hasFailed ? 2 : 1,
    status: hasFailed ? "Failure" : "Success",
    status_code: String(status),
    ...(broken === undefined ? {} : { status_detail: broken }),
    metadata: {
      version: "1.3.0",
      uid: entry.exchange,
      sequence: index,
      log_name: origin,
      product: { name: "Parlance", vendor_name: "Parlance" },
      ...(entry.trace === undefined ? {} : { correlation_uid: entry.trace }),
    },
    actor: { user: caller === undefined ? { name: "unknown", type_id: 0 } : { name: caller } },
    api: {
      operation: name,
      ...(service === undefined ? {} : { service: { name: service } }),
      request: { uid: entry.exchange },
      response: { code: status },
    },
    // Addresses of callers never stand in an entry.
    src_endpoint: { name: caller ?? "unknown" },
    ...(entry.instance === undefined ? {} : { dst_endpoint: { name: entry.instance } }),
    http_request: { http_method: method },
    http_response: { code: status },
    unmapped: unmappedOf(entry),
  };
}

/** Of failures: 2 low, who calls has broken it; 3 medium, it has been broken here. */
function severityOf({ status, blame }: ExchangeEntry): number {
  return blame === "gateway" || blame === "service" || status >= 500 ? 3 : 2;
}

const kept = [
  "verdict",
  "authentication",
  "callerKey",
  "blame",
  "faultKind",
  "template",
  "parent",
] as const;

/** What a reader of the ledger wants and OCSF has no place for. */
function unmappedOf(entry: ExchangeEntry): object {
  return Object.fromEntries(
    kept.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]])),
  );
}
