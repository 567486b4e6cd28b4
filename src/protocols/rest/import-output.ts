/** The output of an operation: its successes, and everything else as declared faults. */
import type { DeclaredFault } from "#contract/contract.ts";
import { readFaults } from "./import-faults.ts";
import type { ImportScope } from "./import-scope.ts";
import { readStream } from "./import-stream.ts";
import { readHeaders, readSuccesses, type ReadSuccess } from "./import-successes.ts";
import type { OperationView, ResponseView } from "./import-view.ts";

export interface ReadOutput extends ReadSuccess {
  readonly mode: "unary" | "server-stream";
  readonly faults: readonly DeclaredFault[];
}

export function readOutput(scope: ImportScope, view: OperationView, id: string): ReadOutput {
  const responses = view.responses.filter((response) => isStatus(scope, response));
  const chosen = chooseSuccess(responses);
  const faults = readFaults(
    scope,
    responses.filter((response) => response !== chosen && !isSuccess(response.status)),
  );
  if (chosen === undefined) {
    const message = "no response is a success; taken as 200 without a body";
    scope.report.warning("no-success", view.at, message);
    return { ...readSuccesses(scope, [], view.method, id), faults, mode: "unary" };
  }
  const stream = readStream(scope, chosen, statusNumber(chosen.status));
  const others: ResponseView[] = [];
  for (const other of responses) {
    if (other === chosen || !isSuccess(other.status)) continue;
    if (stream === undefined && /^2\d\d$/.test(other.status)) others.push(other);
    else {
      const found = `${other.status} is left out beside ${chosen.status}`;
      const wanted = stream === undefined ? "expected one of 200 to 299" : "that is a stream";
      const message = `${found}: ${wanted}`;
      scope.report.warning("success-left-out", other.at, message);
    }
  }
  const numbered = [chosen, ...others].map((one) => ({ ...one, number: statusNumber(one.status) }));
  if (stream !== undefined) {
    const headers = readHeaders(scope, numbered);
    const { output, success } = stream;
    return { output: { ...output, headers }, success, faults, mode: "server-stream" };
  }
  return { ...readSuccesses(scope, numbered, view.method, id), faults, mode: "unary" };
}

function isStatus(scope: ImportScope, { at, status }: ResponseView): boolean {
  if (/^([1-5]\d\d|[1-5]XX|default)$/i.test(status)) return true;
  const given = JSON.stringify(status.slice(0, 50));
  const message = `${given} is no status; expected 200, 4XX or default`;
  scope.report.warning("bad-status", at, message);
  return false;
}

function isSuccess(status: string): boolean {
  return /^[123]/.test(status);
}

function statusNumber(status: string): number {
  if (status === "default") return 200;
  return Number(status.toUpperCase().replace("XX", "00"));
}

/** The first with a body, by number; redirections and `default` when there is nothing better. */
function chooseSuccess(responses: readonly ResponseView[]): ResponseView | undefined {
  const sorted = responses.toSorted(
    (one, other) => statusNumber(one.status) - statusNumber(other.status),
  );
  const good = sorted.filter(({ status }) => status.startsWith("2"));
  const byNumber = [...good.filter((one) => !/x/i.test(one.status)), ...good];
  return (
    byNumber.find(({ contents }) => contents.length > 0) ??
    byNumber[0] ??
    sorted.find(({ status }) => status.startsWith("3")) ??
    responses.find(({ status }) => status === "default")
  );
}
