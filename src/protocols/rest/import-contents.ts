/** Bodies: one type for all media types that carry it, and how each of them spells it. */
import { canonicalText } from "#contract/canonical-bytes.ts";
import type { RestContent } from "#contract/contract.ts";
import type { Field, RecordType, RefType, Type } from "#contract/types.ts";
import { bindProperty, xmlName, xmlOf } from "#formats/json-schema/import-xml.ts";
import { typesOf } from "#formats/json-schema/keywords.ts";
import { child, type Located } from "#formats/json-schema/located.ts";
import { referenceOf } from "#formats/json-schema/references.ts";
import { opaqueJson, type ReadSchema } from "#formats/json-schema/scope.ts";
import { cleanName } from "#formats/json-schema/type-names.ts";
import { exampleText } from "./import-examples.ts";
import type { ImportScope } from "./import-scope.ts";
import type { ContentView } from "./import-view.ts";
import { formatOf, isMediaType, rankOf } from "./media-types.ts";

export interface ReadBody {
  readonly type: Type;
  readonly nullable: boolean;
  readonly contents: readonly RestContent[];
  /** The type when it is an object that can stand for the whole message. */
  readonly record: RecordType | RefType | undefined;
  readonly schema: Located | undefined;
}

/** Undefined: there is no body. */
export function readContents(
  scope: ImportScope,
  views: readonly ContentView[],
  rootName: string,
  withExamples = false,
): ReadBody | undefined {
  const ranked = views
    .filter((view) => isMediaTypeAt(scope, view))
    .toSorted((one, other) => rankOf(one.mediaType) - rankOf(other.mediaType));
  const [first] = ranked;
  if (first === undefined) return undefined;
  const chosen = typeOfContent(scope, first);
  const contents: RestContent[] = [];
  for (const view of ranked) {
    const { mediaType } = view;
    const read = view.schema?.node === first.schema?.node ? chosen : typeOfContent(scope, view);
    const format = formatOf(mediaType);
    if (view.itemSchema !== undefined) {
      const message = "items one by one are not offered here; the body is carried as it is";
      scope.report.warning("stream-not-offered", view.itemSchema, message);
    }
    if (view !== first && !fits(scope, format, chosen.type, read)) {
      const [own, other] = [mediaType, first.mediaType].map((type) => type.slice(0, 100));
      const message = `the body as ${own} is left out: it has another type than as ${other}`;
      scope.report.warning("content-left-out", view.at, message);
      continue;
    }
    const root = format === "xml" ? { xml: rootOf(scope, view.schema, rootName) } : {};
    const text = withExamples && format === "json" && view.example && exampleText(view.example);
    const example = typeof text === "string" ? { example: text } : {};
    contents.push({ mediaType: mediaType.toLowerCase(), format, ...root, ...example });
  }
  const kind = scope.schemas.behind(chosen.type)?.kind;
  const isRecord = kind === "record" && !chosen.nullable;
  return {
    type: chosen.type,
    nullable: chosen.nullable,
    contents,
    record: isRecord ? (chosen.type as RecordType | RefType) : undefined,
    schema: first.schema,
  };
}

function isMediaTypeAt(scope: ImportScope, { at, mediaType }: ContentView): boolean {
  if (isMediaType(mediaType)) return true;
  const message = `${JSON.stringify(mediaType.slice(0, 100))} is no media type`;
  scope.report.warning("bad-media-type", at, message);
  return false;
}

/** Plain text carries what is a single text anyway; all others want the very same type. */
function fits(
  scope: ImportScope,
  format: RestContent["format"],
  type: Type,
  read: Pick<ReadSchema, "type">,
): boolean {
  if (format === "bytes") return type.kind === "bytes";
  if (format === "text") return isSimple(scope, type);
  return canonicalText(read.type) === canonicalText(type);
}

const nested = new Set<Type["kind"]>(["record", "map", "list", "union", "opaque"]);

function isSimple(scope: ImportScope, type: Type): boolean {
  const kind = scope.schemas.behind(type)?.kind;
  return kind !== undefined && !nested.has(kind);
}

function typeOfContent(
  scope: ImportScope,
  { schema, mediaType }: ContentView,
): Pick<ReadSchema, "type" | "nullable"> {
  const format = formatOf(mediaType);
  if (format === "bytes") {
    return { type: { kind: "bytes", mediaType, encoding: "base64" }, nullable: false };
  }
  const text = { kind: "string", whitespace: "preserve" } as const;
  if (schema === undefined) {
    const opaque: Type = format === "xml" ? { kind: "opaque", content: "xml" } : opaqueJson;
    return { type: format === "text" ? text : opaque, nullable: false };
  }
  const read = scope.schemas.read(schema);
  if (format !== "text") return read;
  // Plain text spells no objects and lists.
  return isSimple(scope, read.type) ? read : { type: text, nullable: false };
}

/** Without a name of its own the root is called like its schema, as XML of OpenAPI has it. */
function rootOf(
  scope: ImportScope,
  schema: Located | undefined,
  otherwise: string,
): { readonly name: string; readonly namespace: string } {
  const xml = schema && xmlOf(schema, scope.references);
  const reference = schema && referenceOf(schema);
  const target = reference ? scope.references.follow(reference, schema.document) : undefined;
  const { name, namespace } = xmlName(xml, cleanName(target?.word ?? otherwise));
  return { name, namespace };
}

/** The field that a body is when it is not the whole message. */
export function bodyField(
  scope: ImportScope,
  body: ReadBody,
  options: { readonly name: string; readonly required: boolean; readonly documentation?: string },
): Field {
  const { name, required, documentation } = options;
  const { schema } = body;
  const end = schema && (scope.references.resolve(schema) ?? schema);
  const list = end && typesOf([end])?.includes("array") === true ? end : undefined;
  const items = list && child(list, "items");
  const itemWord = items === undefined ? "item" : rootOf(scope, items, "item").name;
  const xml =
    list === undefined
      ? { node: "element" as const, name, namespace: "" }
      : bindProperty(itemWord, list, undefined, scope.references);
  return {
    name,
    type: body.type,
    presence: required ? "required" : "optional",
    nullable: body.nullable,
    ...(documentation === undefined ? {} : { documentation }),
    xml: list === undefined ? xml : { ...xml, name: itemWord },
  };
}
