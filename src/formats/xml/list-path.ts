/** The elements that lead to the items of a large list, by their local names. */
import type { LargeList } from "#contract/large-list.ts";

/** Below the element of the first record. */
export function xmlListPath(steps: LargeList["steps"]): readonly string[] {
  return steps.flatMap(({ field: { name, xml } }) => {
    const own = xml?.name ?? name;
    return xml?.wrapper === undefined ? [own] : [xml.wrapper.name, own];
  });
}

/** Whether tags can be found by their octets: not in UTF-16. */
export function hasAsciiMarkup(begun: Buffer): boolean {
  const [first = 0, second = 0] = begun;
  return first !== 0 && second !== 0 && first < 0xfe;
}
