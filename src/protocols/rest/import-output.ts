/** The output of an operation: one success, and everything else as declared faults. */
import type { DeclaredFault, HeaderField, Message, RestSuccess } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import { textAt } from "#formats/json-schema/located.ts";
import { cleanName, unique } from "#formats/json-schema/type-names.ts";
import { bodyField, readContents } from "./import-contents.ts";
import { readFaults } from "./import-faults.ts";
import type { ImportScope } from "./import-scope.ts";
import type { OperationView, ResponseView } from "./import-view.ts";

export interface ReadOutput {
  readonly output: Message;
  readonly success: RestSuccess;
  readonly faults: readonly DeclaredFault[];
}

const nothing: RecordType = { kind: "record", fields: [], xmlOrder: "all" };

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
    const success = { status: 200, field: null, contents: [] };
    return { output: { type: nothing, headers: [] }, success, faults };
  }
  for (const other of responses) {
    if (other === chosen || !isSuccess(other.status)) continue;
    const message = `${other.status} is left out: of several successes ${chosen.status} is offered`;
    // With the same body nothing but the number is lost, and both are taken from the service.
    const severity = hasSameBody(other, chosen) ? "info" : "warning";
    scope.report[severity]("success-left-out", other.at, message);
  }
  return { ...readSuccess(scope, chosen, view.method, id), faults };
}

function readSuccess(
  scope: ImportScope,
  response: ResponseView,
  method: string,
  id: string,
): Pick<ReadOutput, "output" | "success"> {
  const status = statusNumber(response.status);
  const headers = readHeaders(scope, response);
  const bodiless = method === "HEAD" || status === 204 || status === 205 || status === 304;
  const body = bodiless ? undefined : readContents(scope, response.contents, `${id}Response`);
  if (body === undefined) {
    return { output: { type: nothing, headers }, success: { status, field: null, contents: [] } };
  }
  const { contents, record } = body;
  if (record !== undefined) {
    return { output: { type: record, headers }, success: { status, field: undefined, contents } };
  }
  const field = bodyField(scope, body, { name: "body", required: true });
  const type: RecordType = { kind: "record", fields: [field], xmlOrder: "all" };
  return { output: { type, headers }, success: { status, field: "body", contents } };
}

/** OpenAPI 3.0 §4.7.17.1: a header named Content-Type is ignored. */
function readHeaders(scope: ImportScope, response: ResponseView): readonly HeaderField[] {
  const taken = new Map<string, number>();
  return response.headers
    .filter(({ name }) => name.toLowerCase() !== "content-type")
    .map(({ name, required, schema }) => ({
      name: unique(cleanName(name), taken),
      type:
        schema === undefined
          ? ({ kind: "string", whitespace: "preserve" } as const)
          : scope.schemas.read(schema).type,
      required,
      http: name,
    }));
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

function hasSameBody({ contents: one }: ResponseView, { contents: other }: ResponseView): boolean {
  const references = [one, other].map((contents) =>
    contents.map(({ mediaType, schema }) => {
      const reference = schema === undefined ? undefined : textAt(schema, "$ref");
      return reference === undefined ? undefined : `${mediaType} ${reference}`;
    }),
  );
  const [left = [], right = []] = references;
  return (
    left.length === right.length && left.every((text) => text !== undefined && right.includes(text))
  );
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
