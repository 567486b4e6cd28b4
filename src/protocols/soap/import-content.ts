/** How an operation's parameters stand in the Body: in a wrapper, or bare (WSDL 1.1 §3.5). */
import type { Message, QualifiedName, SoapBinding } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import { attributeOf } from "#formats/xml-schema/names.ts";
import { attachmentFields, type Body, recordOfBody, wrapperOf } from "./import-body.ts";
import { placeIn } from "./import-names.ts";
import type { Import } from "./import-parts.ts";

export interface Content {
  readonly input: Message["type"];
  readonly output: Message["type"] | undefined;
  readonly binding: Pick<SoapBinding, "wrapped" | "input" | "output" | "attachments">;
}

/** WSDL 1.1 §3.5: a wrapper named after the operation, with an element per part. */
export function rpcContent(name: string, inBody: Body, outBody: Body | undefined): Content {
  const input = recordOfBody(inBody, inBody.use === "encoded");
  const output = outBody && recordOfBody(outBody, outBody.use === "encoded");
  const wrapper = (body: Body, suffix: string): QualifiedName => ({
    name: name + suffix,
    namespace: body.namespace,
  });
  return {
    input,
    output,
    binding: {
      wrapped: true,
      input: wrapper(inBody, ""),
      output: outBody && wrapper(outBody, "Response"),
      ...attachmentsOf(inBody, input, outBody, output),
    },
  };
}

export function documentContent(
  context: Import,
  name: string,
  inBody: Body,
  outBody: Body | undefined,
): Content {
  const inWrapper = wrapperOf(context, inBody);
  const outWrapper = outBody && wrapperOf(context, outBody);
  const named =
    inBody.parts.length === 0
      ? outWrapper?.element.name === `${name}Response`
      : inWrapper?.element.name === name;
  const outFits = outBody === undefined || outBody.parts.length === 0 || outWrapper !== undefined;
  const empty: Message["type"] = { kind: "record", fields: [], xmlOrder: "sequence" };
  if (named && outFits) {
    return {
      input: inWrapper?.type ?? empty,
      output: outBody && (outWrapper?.type ?? empty),
      binding: { wrapped: true, input: inWrapper?.element, output: outWrapper?.element },
    };
  }
  for (const body of [inBody, outBody]) reportTypedParts(context, body);
  const input = recordOfBody(inBody, false);
  const output = outBody && recordOfBody(outBody, false);
  return {
    input,
    output,
    binding: {
      wrapped: false,
      input: firstElement(inBody),
      output: outBody && firstElement(outBody),
      ...attachmentsOf(inBody, input, outBody, output),
    },
  };
}

/**
 * Deviation: WSDL 1.1 §3.5 makes the type of such a part the type of the Body itself, and WS-I
 * R2204 forbids it; SOAP libraries send an element named after the part, and so do we.
 */
function reportTypedParts(context: Import, body: Body | undefined): void {
  for (const part of body?.parts ?? []) {
    if (attributeOf(part.node, "type") === undefined) continue;
    if (part.element !== undefined || body?.attachments.has(part.name) === true) continue;
    const text = `part "${part.name}" of a document has a type; expected element="..."; `;
    const place = placeIn(part.message, part.node);
    context.report.add("warning", "typed-part", `${text}sent as <${part.name}>`, place);
  }
}

function firstElement(body: Body): QualifiedName | undefined {
  const part = body.parts.find(({ name }) => !body.attachments.has(name));
  return part && (part.element ?? { name: part.name, namespace: "" });
}

function attachmentsOf(
  inBody: Body,
  input: RecordType,
  outBody: Body | undefined,
  output: RecordType | undefined,
): Pick<SoapBinding, "attachments"> {
  const inward = attachmentFields(inBody, input);
  const outward =
    outBody === undefined || output === undefined ? [] : attachmentFields(outBody, output);
  if (inward.length + outward.length === 0) return {};
  return { attachments: { input: inward, output: outward } };
}

/** WSDL 1.1 §2.4.6: parameters in the order given, what it leaves out (the result) first. */
export function ordered(body: Body, order: readonly string[] | undefined): Body {
  if (order === undefined) return body;
  const ranks = new Map(order.map((name, index) => [name, index]));
  const rank = ({ name }: { readonly name: string }) => ranks.get(name) ?? -1;
  const parts = [...body.parts].sort((first, second) => rank(first) - rank(second));
  return { ...body, parts };
}
