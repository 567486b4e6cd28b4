/**
 * The operation that a message calls: by the first element of its Body, and by its action where
 * several begin alike. An action that means another operation is refused, so that nobody is let
 * in by the one and served by the other.
 */
import type { QualifiedName } from "#contract/contract.ts";
import { clarkName } from "#formats/xml/bindings.ts";
import type { SoapOperation, SoapOperations } from "./operations.ts";
import { refuse } from "./refuse.ts";

const place = "Envelope/Body";

export function selectOperation(
  operations: SoapOperations,
  element: QualifiedName | undefined,
  action: string,
): SoapOperation {
  const candidates = operations.byElement(element);
  const named = action === "" ? [] : operations.byAction(action);
  const [only] = candidates;
  if (only === undefined) {
    const found = element === undefined ? "nothing" : clarkName(element);
    const expected = operations.elements.map((one) => (one === "" ? "nothing" : one)).join(", ");
    const message = `no operation begins its Body with ${found}; expected one of ${expected}`;
    return refuse("soap-unknown-operation", message, place);
  }
  const both = candidates.filter((candidate) => named.includes(candidate));
  const chosen = candidates.length === 1 ? only : both[0];
  if (chosen === undefined) {
    const ids = candidates.map(({ operation }) => operation.id).join(", ");
    const message = `the Body fits ${ids}; expected an action that names one, found "${action}"`;
    return refuse("soap-unknown-operation", message, place);
  }
  const { action: own } = chosen.binding;
  const differs = action !== "" && action !== own && (own !== "" || named.length > 0);
  if (differs && !both.includes(chosen)) {
    const message = `the Body is of ${chosen.operation.id}, whose action is "${own}"`;
    return refuse("soap-action-mismatch", `${message}; found "${action.slice(0, 200)}"`, place);
  }
  return chosen;
}
