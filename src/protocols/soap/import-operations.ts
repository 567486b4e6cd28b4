/** Operations of a port type with their bindings: message exchange, style, action, body. */
import type { Operation } from "#contract/contract.ts";
import { createNumbering, safeName } from "#contract/numbering.ts";
import { attributeOf, isTrue } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import { type BoundPortType, styleOf } from "./import-bindings.ts";
import { bodyOf, type Direction } from "./import-body.ts";
import { type BoundOperation, boundOperations } from "./import-bound-operations.ts";
import { documentContent, ordered, rpcContent } from "./import-content.ts";
import type { Definitions } from "./import-definitions.ts";
import { declaredFaults } from "./import-faults.ts";
import { headerFields } from "./import-headers.ts";
import { documentationOf, elementsOf, extensionsNamespace, nameOf } from "./import-names.ts";
import { placeIn, soapChildren, wsdlChildren } from "./import-names.ts";
import type { Import } from "./import-parts.ts";
import { MtomDemands } from "./import-policies.ts";

export function importOperations(
  context: Import,
  definitions: Definitions,
  portTypes: readonly BoundPortType[],
): Operation[] {
  const number = createNumbering();
  const demands = new MtomDemands(definitions);
  const operations: Operation[] = [];
  for (const portType of portTypes) {
    for (const bound of boundOperations(context.report, portType)) {
      const operation = operationOf(context, definitions, demands, bound);
      if (operation === undefined) continue;
      operations.push({ ...operation, id: number(operation.id) });
    }
  }
  return operations;
}

function operationOf(
  context: Import,
  definitions: Definitions,
  demands: MtomDemands,
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
  const action = (soapOperation && attributeOf(soapOperation, "soapAction")) ?? "";
  reportActions(context, bound, action);
  const version = first.binding.version;
  const versions = [...new Set(offers.map(({ binding }) => binding.version))];
  const { definition } = first.binding;
  const isMtom = definition !== undefined && demands.of(definition, first.node);
  const documentation = documentationOf(node);
  const outHeaders = outward && headerFields(context, definitions, outward, from);
  return {
    id: safeName(name === "" ? "operation" : name),
    ...(documentation === undefined ? {} : { documentation }),
    mode: output === undefined ? "one-way" : "unary",
    safety: isSafe(node) ? "safe" : "unsafe",
    input: { type: content.input, headers: headerFields(context, definitions, inward, from) },
    output: content.output && { type: content.output, headers: outHeaders ?? [] },
    faults: declaredFaults(context, definitions, node, portType),
    soap: {
      version,
      versions,
      action,
      style,
      use: inBody.use,
      ...content.binding,
      ...(isMtom ? { mtom: true } : {}),
      ...(portType.name.name === "" ? {} : { portType: portType.name.name }),
    },
    origin: placeIn(portType, node),
  };
}

/** WSDL 2.0 Adjuncts §3.1, which SAWSDL and others use in WSDL 1.1 as well. */
function isSafe(operation: XmlElement): boolean {
  return operation.attributes.some(
    ({ name, namespace, value }) =>
      name === "safe" && namespace === extensionsNamespace && isTrue(value.trim()),
  );
}

/** One operation has one action here, also where its bindings have several. */
function reportActions(context: Import, { offers }: BoundOperation, action: string): void {
  for (const { binding, node } of offers) {
    const [own] = node === undefined ? [] : soapChildren(node, "operation");
    const other = own && attributeOf(own, "soapAction");
    const { definition } = binding;
    if (own === undefined || definition === undefined) continue;
    if (other === undefined || other === action) continue;
    const text = `soapAction "${other}" of this binding is left for "${action}" of the first one`;
    context.report.add("info", "action-differs", text, placeIn(definition, own));
  }
}
