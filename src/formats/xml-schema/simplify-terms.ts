/**
 * Terms without what says nothing: groups of one, sequences within sequences, choices within
 * choices, empty groups. What may stand in a document stays the same.
 */
import type { GroupTerm, Term } from "./terms.ts";

/** Undefined: nothing can stand there but nothing. */
export function simplifyTerm(term: Term): Term | undefined {
  if (term.kind === "element" || term.kind === "any") return term;
  return term.kind === "choice" ? simplifyChoice(term) : simplifySequence(term);
}

function simplifySequence(term: GroupTerm): Term | undefined {
  const items: Term[] = [];
  for (const item of term.items) {
    const simple = simplifyTerm(item);
    if (simple === undefined) continue;
    const once = simple.min === 1 && simple.max === 1;
    if (simple.kind === "sequence" && once) for (const inner of simple.items) items.push(inner);
    else items.push(simple);
  }
  const [first] = items;
  if (first === undefined || items.length === 1) return first && multiply(first, term);
  return { ...term, items };
}

function simplifyChoice(term: GroupTerm): Term | undefined {
  let { min, max } = term;
  const items: Term[] = [];
  for (const item of term.items) {
    const simple = simplifyTerm(item);
    if (simple === undefined || isEmptiable(simple)) min = 0;
    if (simple === undefined) continue;
    if (simple.kind === "choice" && (simple.max === 1 || max > 1)) {
      // A choice repeated within a choice repeated is one choice, repeated.
      if (simple.max > 1) max = Infinity;
      for (const inner of simple.items) items.push(inner);
    } else items.push(simple);
  }
  const [first] = items;
  if (first === undefined || items.length === 1) return first && multiply(first, { min, max });
  if (max > 1) {
    // The round repeats, so its alternatives need not.
    const repeats = items.some((item) => item.kind !== "sequence" && item.max > 1);
    if (repeats) max = Infinity;
    const single = items.map((item) =>
      item.kind === "sequence" && item.max > 1 ? item : { ...item, min: 1, max: 1 },
    );
    return { ...term, items: single, min, max };
  }
  const present = items.map((item) => ({ ...item, min: Math.max(1, item.min) }));
  return { ...term, items: present, min, max };
}

/** XSD Part 1 §3.9.6: may match nothing at all. */
function isEmptiable(term: Term): boolean {
  if (term.min === 0) return true;
  if (term.kind === "element" || term.kind === "any") return false;
  if (term.kind === "choice") return term.items.some(isEmptiable);
  return term.items.every(isEmptiable);
}

/** A group of one item is the item, as often as both together say. */
function multiply(item: Term, group: { readonly min: number; readonly max: number }): Term {
  const min = item.min * group.min;
  const max = item.max === 0 || group.max === 0 ? 0 : item.max * group.max;
  return { ...item, min, max };
}
