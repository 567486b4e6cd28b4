/** Everything that an operation answers but its success, as declared faults. */
import { reasonPhrase } from "#base/reason-phrases.ts";
import type { DeclaredFault } from "#contract/contract.ts";
import type { RecordType, RefType } from "#contract/types.ts";
import { child, itemsOf, textAt, type Located } from "#formats/json-schema/located.ts";
import { cleanName, unique } from "#formats/json-schema/type-names.ts";
import { readContents } from "./import-contents.ts";
import type { ImportScope } from "./import-scope.ts";
import type { ResponseView } from "./import-view.ts";

export function readFaults(
  scope: ImportScope,
  responses: readonly ResponseView[],
): readonly DeclaredFault[] {
  const taken = new Map<string, number>();
  const byWord = new Map<string, DeclaredFault>();
  for (const response of responses) {
    const described = child(child(response.at, "x-parlance") ?? response.at, "faults");
    if (described !== undefined && response.status === "default") {
      for (const item of itemsOf(described)) {
        const fault = readDescribed(scope, item, taken);
        byWord.set(` ${fault.name}`, fault);
      }
      continue;
    }
    const status = response.status === "default" ? "default" : response.status.toUpperCase();
    const same = response.word === undefined ? undefined : byWord.get(response.word);
    if (same !== undefined && response.word !== undefined) {
      byWord.set(response.word, { ...same, statuses: [...(same.statuses ?? []), status] });
      continue;
    }
    const name = unique(cleanName(response.word ?? faultWord(status)), taken);
    byWord.set(response.word ?? `${status} ${name}`, readFault(scope, response, name, status));
  }
  return [...byWord.values()];
}

function readFault(
  scope: ImportScope,
  response: ResponseView,
  name: string,
  status: string,
): DeclaredFault {
  const body = readContents(scope, response.contents, name);
  if (body !== undefined && body.record === undefined) {
    const message = "the body of this fault is no object, and is left out";
    scope.report.warning("fault-body-left-out", response.at, message);
  }
  for (const header of response.headers) {
    scope.report.info("fault-header-left-out", header.at, "headers of faults are not offered");
  }
  const { documentation } = response;
  return {
    name,
    type: body?.record,
    statuses: [status],
    ...(body?.record === undefined ? {} : { contents: body.contents }),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

/** A fault without a status, as describing wrote it down beside the problem that carries it. */
function readDescribed(
  scope: ImportScope,
  item: Located,
  taken: Map<string, number>,
): DeclaredFault {
  const schema = child(item, "schema");
  const type = schema && scope.schemas.read(schema).type;
  const isRecord = type !== undefined && scope.schemas.behind(type)?.kind === "record";
  const documentation = textAt(item, "description");
  const xml = child(item, "xml");
  const name = unique(cleanName(textAt(item, "name") ?? "fault"), taken);
  return {
    name,
    type: isRecord ? (type as RecordType | RefType) : undefined,
    ...(xml === undefined
      ? {}
      : { xml: { name: textAt(xml, "name") ?? name, namespace: textAt(xml, "namespace") ?? "" } }),
    ...(documentation === undefined ? {} : { documentation }),
  };
}

/** `notFound` for 404: the name of the status, where it has one. */
export function faultWord(status: string): string {
  if (status === "4XX") return "clientError";
  if (status === "5XX") return "serverError";
  const words =
    reasonPhrase(Number(status))
      ?.replaceAll("'", "")
      .split(/[^A-Za-z]+/) ?? [];
  if (words.length === 0) return status === "default" ? "error" : `status${status}`;
  return words
    .map((word, index) => {
      const lower = word.toLowerCase();
      return index === 0 ? lower : lower.charAt(0).toUpperCase() + lower.slice(1);
    })
    .join("");
}
