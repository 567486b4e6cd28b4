/** The elements of a record: in the order of the schema, or in any order. */
import type { QualifiedName } from "#contract/contract.ts";
import type { RecordType } from "#contract/types.ts";
import type { Value } from "#contract/value.ts";
import { fieldsOf, isTextual, resolveType, type PlacedField } from "./bindings.ts";
import { listNames, matchNames, type NameTest } from "./name-match.ts";
import type { GroupReader, Occurrence, OpenValue, Particle, ReadContext } from "./read-context.ts";
import { failFew } from "./read-occurrence.ts";
import { startTag, type XmlTokenizer } from "./tokenizer.ts";
import { zeroValue } from "./zero-value.ts";

export function compileGroup(
  context: ReadContext,
  record: RecordType,
  namespace: string,
): GroupReader {
  const placed = fieldsOf(context.contract, record, namespace).filter(({ binding }) =>
    ["element", "inline", "any"].includes(binding.node),
  );
  const particles = separateWildcards(placed.map((one) => compileParticle(context, one)));
  const starts = firstStarts(particles);
  const named = matchNames(particles.flatMap((particle) => particle.starts));
  const anyOrder = record.xmlOrder === "all" || context.options.encoded === true;
  return {
    read: (anyOrder ? readAll : readSequence)(particles, absences(context, particles), named),
    matches: matchFirst(particles),
    emptiable: particles.every(({ required }) => !required),
    starts,
    isEmpty: particles.length === 0,
    knows: named,
  };
}

function compileParticle(
  context: ReadContext,
  { field, binding, namespace }: PlacedField,
): Particle {
  const { nullable } = field;
  const facets = { nullable, default: field.default, fixed: field.fixed };
  const occurrence = context.occurrence(binding, field.type, namespace, facets);
  const { type } = resolveType(context.contract, field.type);
  const list =
    type.kind === "list" && binding.wrapper === undefined && !isTextual(context.contract, type);
  const required = field.presence === "required" && !occurrence.emptiable;
  return { ...occurrence, field, list, required };
}

/** A wildcard leaves elements alone that a later particle names. */
function separateWildcards(particles: readonly Particle[]): readonly Particle[] {
  return particles.map((particle, index) => {
    const { matches, readUntil } = particle;
    if (!particle.wildcard || readUntil === undefined) return particle;
    const later = particles.slice(index + 1).flatMap(({ starts }) => starts);
    if (later.length === 0) return particle;
    const isLater = matchNames(later);
    return {
      ...particle,
      matches: (tokenizer) => matches(tokenizer) && !isLater(tokenizer),
      read: (tokenizer) => readUntil(tokenizer, isLater),
    };
  });
}

/** Particles up to the first one that must be there. */
function leading(particles: readonly Particle[], from = 0): readonly Particle[] {
  const stop = particles.findIndex(({ required }, index) => index >= from && required);
  return particles.slice(from, stop < 0 ? particles.length : stop + 1);
}

function firstStarts(particles: readonly Particle[], from = 0): readonly QualifiedName[] {
  return leading(particles, from).flatMap(({ starts }) => starts);
}

function matchFirst(particles: readonly Particle[]): NameTest {
  const first: readonly Occurrence[] = leading(particles);
  return (tokenizer) => {
    for (const particle of first) if (particle.matches(tokenizer)) return true;
    return false;
  };
}

type Absence = ((record: OpenValue) => void) | undefined;

/** What an absent field becomes: a list is always a list, an implicit field has its zero. */
function absences(context: ReadContext, particles: readonly Particle[]): readonly Absence[] {
  return particles.map(({ field, list, required }): Absence => {
    const { name } = field;
    if (required) return undefined;
    if (list) {
      return (record) => {
        record[name] = [];
      };
    }
    if (field.presence !== "implicit") return undefined;
    return (record) => {
      const zero = zeroValue(context.contract, field.type);
      if (zero !== undefined) record[name] = zero;
    };
  });
}

type Read = GroupReader["read"];

/** Reads over the element at hand when it is unknown and may be dropped. */
function skipped(tokenizer: XmlTokenizer, drops: boolean, knows: NameTest): boolean {
  if (!drops || knows(tokenizer)) return false;
  tokenizer.skipElement();
  tokenizer.nextElement();
  return true;
}

function readSequence(
  particles: readonly Particle[],
  absent: readonly Absence[],
  knows: NameTest,
): Read {
  const count = particles.length;
  return (tokenizer, record, drops) => {
    let cursor = 0;
    while (tokenizer.token === startTag && cursor < count) {
      let found = -1;
      for (let index = cursor; index < count; index += 1) {
        const particle = particles[index] as Particle;
        if (particle.matches(tokenizer) && (found < 0 || !particle.wildcard)) {
          found = index;
          if (!particle.wildcard) break;
        }
        if (particle.required) break;
      }
      if (found < 0) {
        if (skipped(tokenizer, drops, knows)) continue;
        break;
      }
      for (; cursor < found; cursor += 1) absent[cursor]?.(record);
      const particle = particles[found] as Particle;
      record[particle.field.name] = particle.read(tokenizer);
      cursor = found + 1;
    }
    for (let index = cursor; index < count; index += 1) {
      if ((particles[index] as Particle).required) {
        failMissing(tokenizer, particles[index] as Particle, firstStarts(particles, cursor));
      }
      absent[index]?.(record);
    }
  };
}

function readAll(
  particles: readonly Particle[],
  absent: readonly Absence[],
  knows: NameTest,
): Read {
  const count = particles.length;
  return (tokenizer, record, drops) => {
    let next = 0;
    while (tokenizer.token === startTag) {
      let found: Particle | undefined;
      for (let tried = 0; tried < count && found === undefined; tried += 1) {
        const particle = particles[(next + tried) % count] as Particle;
        if (!particle.matches(tokenizer)) continue;
        found = particle;
        next = (next + tried) % count;
      }
      if (found === undefined) {
        if (skipped(tokenizer, drops, knows)) continue;
        break;
      }
      readOne(tokenizer, record, found);
    }
    for (let index = 0; index < count; index += 1) {
      const particle = particles[index] as Particle;
      const value = record[particle.field.name];
      if (value !== undefined) {
        checkCount(tokenizer, particle, value);
        continue;
      }
      if (particle.required) failMissing(tokenizer, particle, particle.starts);
      absent[index]?.(record);
    }
  };
}

/** A value, or one more item of a list whose items need not stand together. */
function readOne(tokenizer: XmlTokenizer, record: OpenValue, particle: Particle): void {
  const { field, repeats } = particle;
  const earlier = record[field.name];
  if (!particle.list || repeats === undefined) {
    if (earlier !== undefined) {
      tokenizer.fail("unexpected-element", `<${tokenizer.name}> may stand here once only`);
    }
    record[field.name] = particle.read(tokenizer);
    return;
  }
  const items = (earlier ?? []) as Value[];
  record[field.name] = items;
  if (items.length >= repeats.max) {
    const message = `<${tokenizer.name}> may stand here at most ${repeats.max} times`;
    tokenizer.fail("unexpected-element", message);
  }
  if (repeats.item.element) tokenizer.ordinals[tokenizer.depth] = items.length + 1;
  items.push(repeats.item.read(tokenizer));
}

function checkCount(tokenizer: XmlTokenizer, { list, repeats }: Particle, value: Value): void {
  if (!list || repeats === undefined || !Array.isArray(value)) return;
  if (value.length < repeats.min) failFew(tokenizer, repeats.item, repeats.min, value.length);
}

function failMissing(
  tokenizer: XmlTokenizer,
  particle: Particle,
  expected: readonly QualifiedName[],
): never {
  const { name } = particle.field;
  if (tokenizer.token !== startTag) {
    const what = listNames(expected.length > 0 ? expected : [{ name, namespace: "" }]);
    return tokenizer.failClosed("missing-element", `${name} is missing: expected ${what}`);
  }
  const found = { name: tokenizer.name, namespace: tokenizer.namespace };
  return tokenizer.fail(
    "unexpected-element",
    `<${found.name}> is not expected here: expected ${listNames(expected, found)}`,
  );
}
