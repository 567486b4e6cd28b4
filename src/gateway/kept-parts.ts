/**
 * What outlives a revision, by a key that says all that it was made from. What was not asked for
 * by the last revisions is forgotten when there is too much of it.
 */
const keptMax = 256;

export function createKeptParts(): <Kept>(key: string, make: () => Kept) => Kept {
  const parts = new Map<string, unknown>();
  return <Kept>(key: string, make: () => Kept): Kept => {
    const found = (parts.get(key) as Kept | undefined) ?? make();
    // Again at the end: the first is the one that was not asked for longest.
    parts.delete(key);
    parts.set(key, found);
    const [oldest] = parts.keys();
    if (parts.size > keptMax && oldest !== undefined) parts.delete(oldest);
    return found;
  };
}
