/** Operations of a port type with their bindings: message exchange, style, action, body. */
import type { Message, Operation, QualifiedName, SoapBinding } from "#contract/contract.ts";
import { createNumbering, safeName } from "#formats/xml-schema/numbering.ts";
import { attributeOf } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import type { BoundPortType, SoapBindingDefinition } from "./import-bindings.ts";
import { styleOf } from "./import-bindings.ts";
import { attachmentFields, type Body, bodyOf, type Direction } from "./import-body.ts";
import { recordOfBody, wrapperOf } from "./import-body.ts";
import type { Definitions } from "./import-definitions.ts";
import { declaredFaults } from "./import-faults.ts";
import { headerFields } from "./import-headers.ts";
import { documentationOf, elementsOf, nameOf, placeIn, soapChildren } from "./import-names.ts";
import { type WsdlDefinition, wsdlChildren } from "./import-names.ts";
import type { Import } from "./import-parts.ts";

/** An operation of a port type and, per binding that offers it, the binding's side of it. */
interface BoundOperation {
  readonly node: XmlElement;
  readonly portType: WsdlDefinition;
  readonly offers: readonly {
    readonly binding: SoapBindingDefinition;
    /** Undefined with an assumed binding. */
    readonly node: XmlElement | undefined;
  }[];
}

export function importOperations(
  context: Import,
  definitions: Definitions,
  portTypes: readonly BoundPortType[],
): Operation[] {
  const number = createNumbering();
  const operations: Operation[] = [];
  for (const portType of portTypes) {
    for (const bound of boundOperations(context, portType)) {
      const operation = operationOf(context, definitions, bound);
      if (operation === undefined) continue;
      operations.push({ ...operation, id: number(operation.id) });
    }
  }
  return operations;
}

function boundOperations(context: Import, { portType, bindings }: BoundPortType): BoundOperation[] {
  const nodes = wsdlChildren(portType.element, "operation");
  const sides = bindings.map((binding) => ({ binding, nodes: matchOperations(nodes, binding) }));
  for (const { binding, nodes: matched } of sides) {
    reportUnmatched(context, portType, binding, new Set(matched.values()));
  }
  const bound: BoundOperation[] = [];
  for (const node of nodes) {
    const offers = sides.flatMap(({ binding, nodes: matched }) => {
      const own = matched.get(node);
      return own === undefined && binding.definition !== undefined ? [] : [{ binding, node: own }];
    });
    if (offers.length > 0) bound.push({ node, portType, offers });
    else {
      const text = `operation "${nameOf(node)}" is in no SOAP binding; it is not offered`;
      context.report.add("warning", "unbound-operation", text, placeIn(portType, node));
    }
  }
  return bound;
}

/** By name; overloaded ones by the names of their messages, and else in their order. */
function matchOperations(
  nodes: readonly XmlElement[],
  { definition }: SoapBindingDefinition,
): Map<XmlElement, XmlElement> {
  const matched = new Map<XmlElement, XmlElement>();
  if (definition === undefined) return matched;
  const free = new Map<string, XmlElement[]>();
  for (const node of wsdlChildren(definition.element, "operation")) {
    const same = free.get(nameOf(node));
    if (same === undefined) free.set(nameOf(node), [node]);
    else same.push(node);
  }
  for (const alike of [sameMessages, () => true]) {
    for (const node of nodes) {
      const candidates = free.get(nameOf(node)) ?? [];
      const index = matched.has(node) ? -1 : candidates.findIndex((one) => alike(node, one));
      const [own] = index < 0 ? [] : candidates.splice(index, 1);
      if (own !== undefined) matched.set(node, own);
    }
  }
  return matched;
}

function sameMessages(first: XmlElement, second: XmlElement): boolean {
  return ["input", "output"].every((kind) => {
    const [ours] = wsdlChildren(first, kind);
    const [theirs] = wsdlChildren(second, kind);
    return (ours && attributeOf(ours, "name")) === (theirs && attributeOf(theirs, "name"));
  });
}

function reportUnmatched(
  context: Import,
  portType: WsdlDefinition,
  { definition }: SoapBindingDefinition,
  matched: ReadonlySet<XmlElement>,
): void {
  if (definition === undefined) return;
  for (const node of wsdlChildren(definition.element, "operation")) {
    if (matched.has(node)) continue;
    const where = `portType "${portType.name.name}"`;
    const text = `operation "${nameOf(node)}" is not in ${where}; expected one of that name there`;
    context.report.add("warning", "unknown-operation", text, placeIn(definition, node));
  }
}

function operationOf(
  context: Import,
  definitions: Definitions,
  bound: BoundOperation,
): Operation | undefined {
  const { node, portType, offers } = bound;
  const [first] = offers;
  const exchange = elementsOf(node).filter(({ name }) => name === "input" || name === "output");
  const [input, output] = exchange;
  if (first === undefined || input?.name !== "input") {
    const kind = exchange.length === 0 ? "has no messages" : "starts with the service's message";
    const text = `operation "${nameOf(node)}" ${kind}; expected an input first, it is not offered`;
    context.report.add("warning", "exchange-not-offered", text, placeIn(portType, node));
    return undefined;
  }
  const from = first.binding.definition ?? portType;
  const direction = (side: XmlElement): Direction => ({
    message: definitions.find("message", "message", side, portType),
    binding: first.node && wsdlChildren(first.node, side.name)[0],
    bindingFile: from.file,
  });
  const inward = direction(input);
  const outward = output && direction(output);
  const name = nameOf(node);
  if (inward.message === undefined || (outward && outward.message === undefined)) {
    const text = `operation "${name}" is not offered, for a message of it is not defined`;
    context.report.add("warning", "unknown-message", text, placeIn(portType, node));
    return undefined;
  }
  const soapOperation = first.node && soapChildren(first.node, "operation")[0];
  const style = (soapOperation && styleOf(soapOperation)) ?? first.binding.style;
  const order = style === "rpc" ? attributeOf(node, "parameterOrder")?.split(/\s+/) : undefined;
  const inBody = ordered(bodyOf(context, inward), order);
  const outBody = outward && ordered(bodyOf(context, outward), order);
  const content =
    style === "rpc"
      ? rpcContent(name, inBody, outBody)
      : documentContent(context, name, inBody, outBody);
  const version = first.binding.version;
  const versions = [...new Set(offers.map(({ binding }) => binding.version))];
  const documentation = documentationOf(node);
  const outHeaders = outward && headerFields(context, definitions, outward, from);
  return {
    id: safeName(name === "" ? "operation" : name),
    ...(documentation === undefined ? {} : { documentation }),
    mode: output === undefined ? "one-way" : "unary",
    safety: "unsafe",
    input: { type: content.input, headers: headerFields(context, definitions, inward, from) },
    output: content.output && { type: content.output, headers: outHeaders ?? [] },
    faults: declaredFaults(context, definitions, node, portType),
    soap: {
      version,
      versions,
      action: (soapOperation && attributeOf(soapOperation, "soapAction")) ?? "",
      style,
      use: inBody.use,
      ...content.binding,
      ...(portType.name.name === "" ? {} : { portType: portType.name.name }),
    },
    origin: placeIn(portType, node),
  };
}

interface Content {
  readonly input: Message["type"];
  readonly output: Message["type"] | undefined;
  readonly binding: Pick<SoapBinding, "wrapped" | "input" | "output" | "attachments">;
}

/** WSDL 1.1 §3.5: a wrapper named after the operation, with an element per part. */
function rpcContent(name: string, inBody: Body, outBody: Body | undefined): Content {
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

function documentContent(
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
  input: ReturnType<typeof recordOfBody>,
  outBody: Body | undefined,
  output: ReturnType<typeof recordOfBody> | undefined,
): Pick<SoapBinding, "attachments"> {
  const inward = attachmentFields(inBody, input);
  const outward =
    outBody === undefined || output === undefined ? [] : attachmentFields(outBody, output);
  if (inward.length + outward.length === 0) return {};
  return { attachments: { input: inward, output: outward } };
}

/** WSDL 1.1 §2.4.6: parameters in the order given, what it leaves out (the result) first. */
function ordered(body: Body, order: readonly string[] | undefined): Body {
  if (order === undefined) return body;
  const rank = (name: string) => order.indexOf(name);
  const parts = [...body.parts].sort((first, second) => rank(first.name) - rank(second.name));
  return { ...body, parts };
}
