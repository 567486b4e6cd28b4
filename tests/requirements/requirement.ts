/** A demand of a specification on a gateway, in our own words; tests cite it by its id. */
export interface Requirement {
  /** `RFC9112-6.1-3`: document, section, number in this list. */
  readonly id: string;
  readonly section: string;
  readonly level: "MUST" | "MUST NOT" | "SHOULD" | "ours";
  readonly text: string;
}

type Row = readonly [section: string, level: Requirement["level"], text: string];

/** Numbers the rows of each section from 1, in their order. */
export function requirementsOf(document: string, rows: readonly Row[]): Requirement[] {
  const counts = new Map<string, number>();
  return rows.map(([section, level, text]) => {
    const count = (counts.get(section) ?? 0) + 1;
    counts.set(section, count);
    return { id: `${document}-${section}-${count}`, section, level, text };
  });
}
