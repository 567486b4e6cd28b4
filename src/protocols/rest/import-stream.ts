/**
 * Answers of sequential media types (OpenAPI 3.2: `itemSchema`; before it, `schema` under such a
 * media type): a stream of outputs. An output is the item's record, or has it as its one field.
 */
import { canonicalText } from "#contract/canonical-bytes.ts";
import type { Message, RestContent, RestSuccess } from "#contract/contract.ts";
import type { Field, RecordType, Type } from "#contract/types.ts";
import { typesOf } from "#formats/json-schema/keywords.ts";
import { child, entriesOf, textAt, type Located } from "#formats/json-schema/located.ts";
import type { ReadSchema } from "#formats/json-schema/scope.ts";
import type { ImportScope } from "./import-scope.ts";
import type { ContentView, ResponseView } from "./import-view.ts";
import { framingOf } from "./stream-forms.ts";

export interface ReadStream {
  readonly output: Omit<Message, "headers">;
  readonly success: RestSuccess;
}

interface Item extends Pick<ReadSchema, "type" | "nullable"> {
  readonly content: RestContent;
}

/** Undefined: the answer is one document, or says nothing of its items. */
export function readStream(
  scope: ImportScope,
  response: ResponseView,
  status: number,
): ReadStream | undefined {
  const { contents } = response;
  if (contents.length === 0 || !contents.every(({ mediaType }) => framingOf(mediaType))) {
    return undefined;
  }
  const items: Item[] = [];
  for (const view of contents) {
    const item = readItem(scope, view);
    if (item === undefined) return undefined;
    const [first = item] = items;
    if (keyOf(first) === keyOf(item)) items.push(item);
    else {
      const left = `the stream as ${view.mediaType.slice(0, 100)} is left out`;
      const message = `${left}: its items are of another type than those before it`;
      scope.report.warning("content-left-out", view.at, message);
    }
  }
  const [{ type, nullable }] = items as [Item];
  const success = { status, contents: items.map(({ content }) => content) };
  const isRecord = scope.schemas.behind(type)?.kind === "record" && !nullable;
  if (isRecord) {
    return { output: { type: type as Message["type"] }, success: { ...success, field: undefined } };
  }
  const name = "body";
  const xml = { node: "element", name, namespace: "" } as const;
  const field: Field = { name, type, presence: "required", nullable, xml };
  const record: RecordType = { kind: "record", fields: [field], xmlOrder: "all" };
  return { output: { type: record }, success: { ...success, field: name } };
}

function keyOf({ type, nullable }: Item): string {
  return `${canonicalText(type)} ${nullable}`;
}

/** Undefined: nothing is known of an item, and the body is carried as it is. */
function readItem(
  scope: ImportScope,
  { mediaType, schema, itemSchema }: ContentView,
): Item | undefined {
  const isEvents = framingOf(mediaType) === "events";
  const found = itemSchema ?? schema;
  if (found === undefined) return undefined;
  const read = (of: Located) => scope.schemas.read(of);
  const json: RestContent = { mediaType: mediaType.toLowerCase(), format: "json" };
  if (isEvents && itemSchema !== undefined) {
    const event = eventOf(scope, itemSchema);
    if (event?.data !== undefined) return { ...pick(read(event.data)), content: json };
    if (event !== undefined) {
      return { ...pick(read(itemSchema)), content: { ...json, wholeEvents: true } };
    }
  }
  const end = scope.references.resolve(found) ?? found;
  const items = itemSchema === undefined && !isEvents ? child(end, "items") : undefined;
  const item = pick(read(items ?? found));
  const { kind } = scope.schemas.behind(item.type) ?? {};
  if (isEvents && kind === "string") {
    const type: Type = { kind: "string", whitespace: "preserve" };
    return { type, nullable: false, content: { ...json, format: "text" } };
  }
  // `type: string` stands for the whole body there, as documents before OpenAPI 3.2 have it.
  if (itemSchema === undefined && (kind === "string" || kind === "bytes")) return undefined;
  return { ...item, content: json };
}

function pick({ type, nullable }: ReadSchema): Pick<ReadSchema, "type" | "nullable"> {
  return { type, nullable };
}

const eventMembers = new Set(["data", "event", "id", "retry"]);

/** An object that can be an event, with the schema of the JSON that its data is, if it is JSON. */
function eventOf(
  { references }: ImportScope,
  schema: Located,
): { readonly data: Located | undefined } | undefined {
  const end = references.resolve(schema) ?? schema;
  const properties = entriesOf(child(end, "properties"));
  const isObject = typesOf([end])?.includes("object") !== false;
  const isEvent =
    isObject &&
    properties.length > 0 &&
    properties.every(({ key }) => eventMembers.has(key)) &&
    properties.some(({ key }) => key === "data");
  if (!isEvent) return undefined;
  const found = properties.find(({ key }) => key === "data");
  const data = found && (references.resolve(found) ?? found);
  const isJson = /[/+]json\b/i.test((data && textAt(data, "contentMediaType")) ?? "");
  return { data: isJson && data !== undefined ? child(data, "contentSchema") : undefined };
}
