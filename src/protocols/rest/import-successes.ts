/**
 * The successes of an operation as one output. With one body for all, it is as if there were one
 * success; where some have none, the body may lack; of several bodies the output holds one.
 */
import { canonicalText } from "#contract/canonical-bytes.ts";
import type { HeaderField, Message, RestResponse, RestSuccess } from "#contract/contract.ts";
import type { Field, RecordType, Variant } from "#contract/types.ts";
import { cleanName, unique } from "#formats/json-schema/type-names.ts";
import { bodyField, readContents, type ReadBody } from "./import-contents.ts";
import { faultWord } from "./import-faults.ts";
import type { ImportScope } from "./import-scope.ts";
import type { ResponseView } from "./import-view.ts";

export interface ReadSuccess {
  readonly output: Message;
  readonly success: RestSuccess;
}

/** One response, with what its body is. */
interface Told {
  readonly status: number;
  /** Undefined: none. */
  readonly body: ReadBody | undefined;
  /** The same for equal bodies. */
  readonly key: string;
}

const nothing: RecordType = { kind: "record", fields: [], xmlOrder: "all" };

/** @param views those with the status that is the usual one first. */
export function readSuccesses(
  scope: ImportScope,
  views: readonly (ResponseView & { readonly number: number })[],
  method: string,
  id: string,
): ReadSuccess {
  const told = views.map(({ number, contents }): Told => {
    const bodiless = method === "HEAD" || number === 204 || number === 205 || number === 304;
    const body = bodiless ? undefined : readContents(scope, contents, `${id}Response`, true);
    const key = body === undefined ? "" : `${canonicalText(body.type)} ${body.nullable}`;
    return { status: number, body, key };
  });
  const headers = readHeaders(scope, views);
  const { type, place } = placeBodies(scope, told);
  const [first, ...also] = told.map((one): RestResponse => {
    const contents = one.body?.contents ?? [];
    return { status: one.status, ...place(one), contents };
  });
  const success = first ?? { status: 200, field: null, contents: [] };
  return {
    output: { type, headers },
    success: also.length === 0 ? success : { ...success, also },
  };
}

interface Placed {
  readonly type: Message["type"];
  readonly place: (one: Told) => Pick<RestResponse, "field" | "variant">;
}

function placeBodies(scope: ImportScope, told: readonly Told[]): Placed {
  const bodies = new Map<string, Told & { readonly body: ReadBody }>();
  for (const one of told) {
    const { body, key } = one;
    if (body !== undefined && !bodies.has(key)) bodies.set(key, { ...one, body });
  }
  const required = told.every(({ body }) => body !== undefined);
  const [only] = bodies.values();
  if (only === undefined) return { type: nothing, place: () => ({ field: null }) };
  if (bodies.size === 1 && required && only.body.record !== undefined) {
    return { type: only.body.record, place: () => ({ field: undefined }) };
  }
  const name = "body";
  const field: Field =
    bodies.size === 1
      ? bodyField(scope, only.body, { name, required })
      : {
          ...{ name, presence: required ? "required" : "optional", nullable: false },
          type: { kind: "union", exclusive: true, variants: variantsOf(scope, bodies) },
          xml: { node: "inline", name, namespace: "" },
        };
  return {
    type: { kind: "record", fields: [field], xmlOrder: "all" },
    place: ({ body, key }) => {
      if (body === undefined) return { field: null };
      const variant = bodies.get(key)?.status;
      return bodies.size === 1 || variant === undefined
        ? { field: name }
        : { field: name, variant: variantName(variant) };
    },
  };
}

function variantsOf(
  scope: ImportScope,
  bodies: ReadonlyMap<string, { readonly status: number; readonly body: ReadBody }>,
): readonly Variant[] {
  return Array.from(bodies.values(), ({ status, body }): Variant => {
    const name = variantName(status);
    const { xml, type, nullable } = bodyField(scope, body, { name, required: true });
    // Without an element round it, a list that is empty would be no variant at all.
    const isList = scope.schemas.behind(type)?.kind === "list";
    const wrapper = isList ? { wrapper: { name, namespace: "" } } : {};
    return {
      ...{ name, type },
      ...(nullable ? { nullable } : {}),
      ...(xml === undefined ? {} : { xml: { ...xml, ...wrapper } }),
    };
  });
}

/** The first status that has the body gives it its name. */
function variantName(status: number): string {
  return faultWord(String(status));
}

/** Those of all responses. OpenAPI 3.0 §4.7.17.1: a header named Content-Type is ignored. */
export function readHeaders(
  scope: ImportScope,
  views: readonly ResponseView[],
): readonly HeaderField[] {
  const taken = new Map<string, number>();
  const found = new Map<string, HeaderField>();
  for (const { headers } of views) {
    for (const { name, required, schema } of headers) {
      const key = name.toLowerCase();
      if (key === "content-type" || found.has(key)) continue;
      const type =
        schema === undefined
          ? ({ kind: "string", whitespace: "preserve" } as const)
          : scope.schemas.read(schema).type;
      const always = views.every((view) =>
        view.headers.some((other) => other.name.toLowerCase() === key && other.required),
      );
      const field = { name: unique(cleanName(name), taken), type, http: name };
      found.set(key, { ...field, required: required && always });
    }
  }
  return [...found.values()];
}
