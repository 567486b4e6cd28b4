import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Roster, type Enrolled } from "./roster.ts";

interface Member extends Enrolled {
  readonly name: number;
}

function membersOf(roster: Roster<Member>): number[] {
  const names: number[] = [];
  roster.forEach(({ name }) => names.push(name));
  return names.sort((one, other) => one - other);
}

test("a roster holds what was added and not deleted, as a set does", () => {
  const steps = fc.array(fc.nat(12), { maxLength: 80 });
  fc.assert(
    fc.property(steps, (names) => {
      const members = Array.from({ length: 13 }, (_, name): Member => ({ name, place: -1 }));
      const roster = new Roster<Member>();
      const set = new Set<number>();
      for (const name of names) {
        const member = members[name] as Member;
        if (set.delete(name)) roster.delete(member);
        else {
          set.add(name);
          roster.add(member);
        }
        assert.equal(roster.size, set.size);
        assert.deepEqual(
          membersOf(roster),
          [...set].sort((one, other) => one - other),
        );
      }
    }),
  );
});

test("who leaves while others are visited is not visited any more", () => {
  const roster = new Roster<Member>();
  const members = [0, 1, 2].map((name): Member => ({ name, place: -1 }));
  for (const member of members) roster.add(member);
  const visited: number[] = [];
  roster.forEach(({ name }) => {
    visited.push(name);
    for (const member of members) roster.delete(member);
  });
  assert.deepEqual(visited, [0]);
  assert.equal(roster.size, 0);
});

test("to leave twice changes nothing", () => {
  const roster = new Roster<Member>();
  const [one, other] = [0, 1].map((name): Member => ({ name, place: -1 })) as [Member, Member];
  roster.add(one);
  roster.add(other);
  roster.delete(one);
  roster.delete(one);
  assert.deepEqual(membersOf(roster), [1]);
});
