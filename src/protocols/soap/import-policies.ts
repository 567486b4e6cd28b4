/**
 * What policies (WS-Policy 1.2 and 1.5, attached as WS-PolicyAttachment §4 has it) demand of the
 * messages that we send: MTOM. All else in them is configured, not taken from the contract.
 */
import { attributeOf, wsdlNamespace } from "#formats/xml-schema/names.ts";
import type { XmlElement } from "#formats/xml/element.ts";
import type { Definitions } from "./import-definitions.ts";
import { elementsOf, wsdlChildren, type WsdlDefinition } from "./import-names.ts";

const optimized = "OptimizedMimeSerialization";

/** Assertions of WS-MTOMPolicy 1.0 and of W3C's MTOM Policy 1.1. */
const assertions: ReadonlySet<string> = new Set(
  [
    ["http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization", optimized],
    ["http://www.w3.org/2007/08/soap12-mtom-policy", "MTOM"],
    ["http://www.w3.org/ns/soap12-mtom-policy", "MTOM"],
  ].map(([namespace, name]) => `{${namespace}}${name}`),
);

const utilityNamespace =
  "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

export function isPolicyNamespace(namespace: string): boolean {
  return /\/policy$|\/ws-policy$/.test(namespace);
}

/** Which messages of one import are to be sent with MTOM. What is asked again is remembered. */
export class MtomDemands {
  readonly #definitions: Definitions;
  readonly #byBinding = new Map<WsdlDefinition, boolean>();
  readonly #byElement = new Map<XmlElement, boolean>();

  /** The first port of each binding, by its local name. */
  readonly #ports = new Map<string, XmlElement>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
    for (const { element } of definitions.all("service")) {
      for (const port of wsdlChildren(element, "port")) {
        const named = attributeOf(port, "binding") ?? "";
        const name = named.slice(named.indexOf(":") + 1);
        if (!this.#ports.has(name)) this.#ports.set(name, port);
      }
    }
  }

  /** @param operation the binding's side of it. */
  of(binding: WsdlDefinition, operation: XmlElement | undefined): boolean {
    const known = this.#byBinding.get(binding);
    const port = this.#ports.get(binding.name.name);
    const byBinding =
      known ?? this.#ofAny([binding.element, ...(port === undefined ? [] : [port])]);
    this.#byBinding.set(binding, byBinding);
    return byBinding || (operation !== undefined && this.#ofAny([operation]));
  }

  #ofAny(subjects: readonly XmlElement[]): boolean {
    const policies = subjects.flatMap((subject) => policiesOf(this.#definitions, subject));
    return policies.some((policy) => this.#demanded(policy, 0));
  }

  /**
   * A policy that many refer to, or that refers to itself, is looked at once; one that leads back
   * to itself, which WS-Policy 1.5 §4.3.4 forbids, demands nothing by that.
   */
  #demanded(element: XmlElement, depth: number): boolean {
    if (depth > depthMax || isOptional(element)) return false;
    if (assertions.has(`{${element.namespace}}${element.name}`)) return true;
    if (!isPolicyNamespace(element.namespace)) return false;
    const known = this.#byElement.get(element);
    if (known !== undefined) return known;
    this.#byElement.set(element, false);
    const demanded = this.#demandedWithin(element, depth);
    this.#byElement.set(element, demanded);
    return demanded;
  }

  /** In every alternative: of ExactlyOne one child is chosen, of all others all count. */
  #demandedWithin(element: XmlElement, depth: number): boolean {
    if (element.name === "PolicyReference") {
      const policy = this.#definitions.policies.get(attributeOf(element, "URI") ?? "");
      return policy !== undefined && this.#demanded(policy, depth + 1);
    }
    const children = elementsOf(element);
    const inEach = (child: XmlElement): boolean => this.#demanded(child, depth + 1);
    return element.name === "ExactlyOne"
      ? children.length > 0 && children.every(inEach)
      : children.some(inEach);
  }
}

const depthMax = 30;

function policiesOf({ policies }: Definitions, subject: XmlElement): readonly XmlElement[] {
  const inline = elementsOf(subject).filter(({ namespace }) => isPolicyNamespace(namespace));
  const listed = subject.attributes.filter(
    ({ name, namespace }) => name === "PolicyURIs" && isPolicyNamespace(namespace),
  );
  const named = listed.flatMap(({ value }) => value.split(/\s+/));
  return [...inline, ...named.flatMap((uri) => policies.get(uri) ?? [])];
}

function isOptional({ attributes }: XmlElement): boolean {
  return attributes.some(
    ({ name, namespace, value }) =>
      name === "Optional" && isPolicyNamespace(namespace) && /^\s*(true|1)\s*$/.test(value),
  );
}

/** The policies of a document by the URI that refers to them in it: `#id`. */
export function collectPolicies(root: XmlElement, into: Map<string, XmlElement>): void {
  const open = [root];
  for (const element of open) {
    for (const child of elementsOf(element)) {
      if (child.namespace === wsdlNamespace) open.push(child);
      if (child.name !== "Policy" || !isPolicyNamespace(child.namespace)) continue;
      for (const { name, namespace, value } of child.attributes) {
        const isId = namespace === utilityNamespace ? name === "Id" : /^(id|Name)$/.test(name);
        const uri = name === "Name" ? value : `#${value}`;
        if (isId && !into.has(uri)) into.set(uri, child);
      }
    }
  }
}
