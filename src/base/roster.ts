/**
 * Things that come and go by the thousand, in no order. A Set would do, but for garbage collection:
 * each time one makes itself a new table, the old one still holds what was in it and the new one,
 * so that one old table which has outlived its youth keeps alive all that came behind it.
 */
export interface Enrolled {
  /** Belongs to the roster it stands in; -1: in none. */
  place: number;
}

export class Roster<T extends Enrolled> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    member.place = this.#members.push(member) - 1;
  }

  delete(member: T): void {
    const { place } = member;
    if (place < 0) return;
    member.place = -1;
    const last = this.#members.pop() as T;
    if (last === member) return;
    this.#members[place] = last;
    last.place = place;
  }

  /** All that are there now, whoever leaves meanwhile. */
  forEach(visit: (member: T) => void): void {
    for (const member of [...this.#members]) if (member.place >= 0) visit(member);
  }
}
