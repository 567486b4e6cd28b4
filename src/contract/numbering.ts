/** Names that are free: the first comer has the plain name, later ones a number behind it. */

/** Gives `name`, or `name2`, `name3` ... when it is taken. */
export function createNumbering(taken: Iterable<string> = []): (name: string) => string {
  const used = new Set(taken);
  const counts = new Map<string, number>();
  return (name) => {
    let free = name;
    let count = counts.get(name) ?? 1;
    while (used.has(free)) free = `${name}${++count}`;
    counts.set(name, count);
    used.add(free);
    return free;
  };
}

/** No name of ours may reach the prototype of an object. */
export function safeName(name: string): string {
  return name === "__proto__" ? "proto" : name;
}
