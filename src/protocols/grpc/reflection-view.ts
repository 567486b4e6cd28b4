/**
 * The files of reflection as one caller sees them: cut down to the methods that it may call and the
 * messages that these need. A message that services have in common stands in the file of the first.
 */
import {
  encodeDescriptorFile,
  readDescriptorFile,
  type DescriptorFile,
  type TypeUnit,
} from "./descriptor-file.ts";
import { googleFile, googleFileOf } from "./google/files.ts";
import type { ReflectedMethod } from "./reflection-files.ts";

export interface ReflectedView {
  readonly services: readonly string[];
  /** The file that declares it. @param symbol a full name. */
  readonly fileOf: (symbol: string) => string | undefined;
  /** The file and all that it imports, itself first. */
  readonly descriptors: (file: string) => readonly Buffer[] | undefined;
}

/** A message or an enum, and the file in which it is told. */
interface Held {
  readonly file: DescriptorFile;
  readonly unit: TypeUnit;
}

/** By the full names of all that stands in them; of those of one name, the first is meant. */
export type HeldTypes = ReadonlyMap<string, readonly Held[]>;

export function holdTypes(methods: readonly ReflectedMethod[]): HeldTypes {
  const types = new Map<string, Held[]>();
  for (const file of new Set(methods.map((method) => method.file))) {
    for (const unit of file.types) {
      const [name = ""] = unit.symbols;
      if (types.get(name)?.some((one) => isSame(one.unit, unit)) === true) continue;
      for (const symbol of unit.symbols) {
        const known = types.get(symbol);
        if (known === undefined) types.set(symbol, [{ file, unit }]);
        else known.push({ file, unit });
      }
    }
  }
  return types;
}

function isSame(one: TypeUnit, other: TypeUnit): boolean {
  return JSON.stringify(one.proto) === JSON.stringify(other.proto);
}

/** What is shown of a file. */
interface Shown {
  readonly file: DescriptorFile;
  readonly units: Set<TypeUnit>;
  /** By service. */
  readonly methods: Map<string, object[]>;
  readonly dependencies: Set<string>;
}

export function createView(methods: readonly ReflectedMethod[], types: HeldTypes): ReflectedView {
  const files = new Map<DescriptorFile, Shown>();
  const symbols = new Map<string, string>();
  const shownOf = (file: DescriptorFile): Shown => {
    const known = files.get(file);
    if (known !== undefined) return known;
    const shown = {
      file,
      units: new Set<TypeUnit>(),
      methods: new Map(),
      dependencies: new Set<string>(),
    };
    files.set(file, shown);
    return shown;
  };
  const pending: (readonly [name: string, from: DescriptorFile])[] = [];
  for (const { file, service, path, proto, references } of methods) {
    const shown = shownOf(file);
    const simple = service.slice(service.lastIndexOf(".") + 1);
    shown.methods.set(simple, [...(shown.methods.get(simple) ?? []), proto]);
    for (const symbol of [service, path.slice(1).replace("/", ".")]) {
      if (!symbols.has(symbol)) symbols.set(symbol, file.name);
    }
    for (const name of references) pending.push([name, file]);
  }
  // It grows on the way: what is met first is in the file that a name alone leads to.
  for (const [name, from] of pending) {
    const { dependencies } = shownOf(from);
    const google = googleFileOf(name);
    if (google !== undefined) {
      dependencies.add(google);
      symbols.set(name, google);
      continue;
    }
    const found = types.get(name);
    const held = found?.find(({ file }) => file === from) ?? found?.[0];
    if (held === undefined) continue;
    const { file, unit } = held;
    if (file !== from) dependencies.add(file.name);
    const { units } = shownOf(file);
    if (units.has(unit)) continue;
    units.add(unit);
    for (const symbol of unit.symbols) if (!symbols.has(symbol)) symbols.set(symbol, file.name);
    for (const reference of unit.references) pending.push([reference, file]);
  }
  const services = [...new Set(methods.map(({ service }) => service))];
  const byName = new Map([...files.values()].map((shown) => [shown.file.name, shown]));
  return { services, fileOf: (symbol) => symbols.get(symbol), descriptors: createLookup(byName) };
}

interface Told {
  readonly bytes: Buffer;
  readonly dependencies: Iterable<string>;
}

/** Encoded when they are first asked for. */
function createLookup(files: ReadonlyMap<string, Shown>): ReflectedView["descriptors"] {
  const known = new Map<string, Told | undefined>();
  const tell = (name: string): Told | undefined => {
    const shown = files.get(name);
    return shown === undefined ? tellGoogle(name) : tellFile(shown);
  };
  const told = (name: string): Told | undefined => {
    if (!known.has(name)) known.set(name, tell(name));
    return known.get(name);
  };
  const imported = new Set([...files.values()].flatMap(({ dependencies }) => [...dependencies]));
  return (name) => {
    // Others of google's files are known by name, and not said to be here.
    if (!files.has(name) && !imported.has(name)) return undefined;
    const found = new Map<string, Buffer>();
    const pending = [name];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const one = found.has(next) ? undefined : told(next);
      if (one === undefined) continue;
      found.set(next, one.bytes);
      pending.push(...one.dependencies);
    }
    return [...found.values()];
  };
}

function tellFile({ file, units, methods, dependencies }: Shown): Told {
  const services = Array.from(methods, ([name, own]) => ({ name, methods: own }));
  const types = file.types.filter((unit) => units.has(unit));
  const parts = { dependencies: [...dependencies], types, services };
  return { bytes: encodeDescriptorFile(file, parts), dependencies };
}

function tellGoogle(path: string): Told | undefined {
  const text = googleFile(path);
  if (text === undefined) return undefined;
  const file = readDescriptorFile(path, text);
  const services: readonly never[] = [];
  const parts = { dependencies: file.imports, types: file.types, services };
  return { bytes: encodeDescriptorFile(file, parts), dependencies: file.imports };
}
