/** An entry of the ledger as one line that people can read. */
export function entryLine({
  index,
  entry,
}: {
  readonly index: number;
  readonly entry: object;
}): string {
  const fields = entry as Readonly<Record<string, unknown>>;
  const time = new Date(Number(fields["timeUs"] ?? 0) / 1_000).toISOString();
  const start = `${String(index).padStart(7)} ${time} ${text(fields["kind"]).padEnd(9)}`;
  const said = fields["kind"] === "exchange" ? exchangeSaid(fields) : otherSaid(fields);
  return `${start} ${said}`.trimEnd();
}

function exchangeSaid(fields: Readonly<Record<string, unknown>>): string {
  const { service, operation, route, method, status, caller, blame, problem, fault } = fields;
  const { faultKind } = fields;
  // Of a face over all services there is its dialect.
  const what =
    service === undefined ? text(fields["face"]) : `${text(service)}.${text(operation ?? route)}`;
  const code = text(problem ?? fault ?? faultKind);
  const by = blame === undefined ? "" : ` (${text(blame)})`;
  const broke = (blame ?? faultKind) === undefined ? "" : ` ${code}${by}`;
  const took = `${(Number(fields["totalUs"] ?? 0) / 1_000).toFixed(1)} ms`;
  const key = fields["callerKey"] === undefined ? "" : ` with key ${text(fields["callerKey"])}`;
  const who = text(caller ?? fields["authentication"]) + key;
  const id = text(fields["exchange"]);
  return `${text(status)} ${text(method)} ${what} ${took} by ${who}${broke} ${id}`;
}

const shown = [
  ...["exchange", "method", "service", "operation", "reason", "command", "query", "actor"],
  ...["subject", "count", "origin", "build", "revision"],
];

function otherSaid(fields: Readonly<Record<string, unknown>>): string {
  return shown
    .filter((name) => fields[name] !== undefined && fields[name] !== "")
    .map((name) => `${name} ${text(fields[name])}`)
    .join(", ");
}

function text(value: unknown): string {
  if (value === undefined) return "-";
  const said = typeof value === "string" ? value : JSON.stringify(value);
  // What callers sent may hold what a terminal obeys.
  return said.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
}
