/** Contracts at random, for laws that hold for every contract: types of all kinds, any nesting. */
import fc from "fast-check";
import type { Contract, Operation } from "#contract/contract.ts";
import type {
  Field,
  ListType,
  MapType,
  NamedType,
  RecordType,
  Type,
  UnionType,
  Variant,
  XmlBinding,
} from "#contract/types.ts";

export const namespace = "urn:example:random";

const typeNames = ["T0", "T1", "T2", "T3"] as const;
const words = ["id", "name", "ship to", "a-b", "Größe", "value", "items", "x"] as const;

/** Members that are undefined are left out, as the model has them. */
function known<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

function some<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

const bound = fc.integer({ min: -1_000, max: 1_000 });
const spelling = fc.constantFrom("string" as const, "number" as const);

const int = fc
  .record({
    bits: fc.constantFrom(8, 16, 32, 64, "big"),
    signed: fc.boolean(),
    minimum: some(bound.map(String)),
    maximum: some(bound.map(String)),
    spelling,
  })
  .map((type) => known({ kind: "int", ...type }) as Type);

const decimal = fc
  .record({
    digits: some(fc.nat(30)),
    scale: some(fc.nat(6)),
    minimum: some(bound.map(String)),
    maximum: some(bound.map((one) => `${one}.5`)),
    spelling,
  })
  .chain((type) =>
    fc.boolean().map((excluded) => ({
      ...type,
      minimumExcluded: excluded && type.minimum !== undefined ? true : undefined,
    })),
  )
  .map((type) => known({ kind: "decimal", ...type }) as Type);

const string = fc
  .record({
    lengthMin: some(fc.integer({ min: 1, max: 9 })),
    lengthMax: some(fc.nat(99)),
    pattern: some(fc.constantFrom("^a+$", "[0-9]*")),
    patternDialect: fc.constantFrom("xsd" as const, "ecma" as const),
    whitespace: fc.constantFrom("preserve" as const, "replace" as const, "collapse" as const),
    format: some(fc.constantFrom("email", "hostname")),
  })
  .map(({ patternDialect, ...type }) =>
    known({
      ...{ kind: "string", ...type },
      patternDialect: type.pattern === undefined ? undefined : patternDialect,
    }),
  ) as fc.Arbitrary<Type>;

const bytes = fc
  .record({
    encoding: fc.constantFrom("base64" as const, "hex" as const),
    mediaType: some(fc.constantFrom("image/png")),
    lengthMax: some(fc.nat(99)),
  })
  .map((type) => known({ kind: "bytes", ...type }) as Type);

const times = fc.record({
  kind: fc.constantFrom("date" as const, "time" as const, "dateTime" as const),
  zone: fc.constantFrom("required" as const, "optional" as const, "none" as const),
});

const enumeration = fc.record({
  kind: fc.constant("enum" as const),
  values: fc
    .uniqueArray(fc.constantFrom("1", "20", "300"), { minLength: 1 })
    .map((values) => values.map((value) => ({ value }))),
  open: fc.boolean(),
  spelling,
});

const scalar: fc.Arbitrary<Type> = fc.oneof(
  ...[int, decimal, string, bytes, times, enumeration],
  fc.constantFrom<Type>(
    ...([{ kind: "bool" }, { kind: "uri" }, { kind: "uuid" }, { kind: "qname" }] as const),
    ...([
      { kind: "float", bits: 32 },
      { kind: "float", bits: 64 },
    ] as const),
    ...([
      { kind: "duration", style: "seconds" },
      { kind: "duration", style: "calendar" },
    ] as const),
    ...([
      { kind: "opaque", content: "json" },
      { kind: "opaque", content: "xml" },
    ] as const),
  ),
);

const reference: fc.Arbitrary<Type> = fc
  .constantFrom(...typeNames)
  .map((name) => ({ kind: "ref", name }));

function typeOf(depth: number, prefix: string): fc.Arbitrary<Type> {
  if (depth === 0) return fc.oneof(scalar, reference);
  const inner = typeOf(depth - 1, prefix);
  const list: fc.Arbitrary<ListType> = fc
    .record({ item: inner, itemNullable: fc.boolean(), min: fc.nat(2), max: some(fc.nat(9)) })
    .map((type) => known({ kind: "list", ...type }) as ListType);
  const key = fc.oneof(
    fc.constant<Type>({ kind: "string", whitespace: "preserve" }),
    int,
    enumeration,
  );
  const map: fc.Arbitrary<MapType> = fc
    .record({ key, value: inner, valueNullable: fc.constantFrom(true, undefined) })
    .map((type) => known({ kind: "map", ...type }) as MapType);
  return fc.oneof(scalar, reference, list, map, recordOf(depth - 1, prefix), unionOf(inner));
}

/** Told apart by keys, or plain with variants that no reader takes for one enumeration. */
function unionOf(inner: fc.Arbitrary<Type>): fc.Arbitrary<UnionType> {
  const keyed = fc
    .uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => variantOf(name, inner))))
    .map((variants): UnionType => ({ kind: "union", exclusive: true, variants }));
  const plain = fc
    .record({
      exclusive: fc.boolean(),
      first: reference,
      second: fc.constantFrom("bool" as const, "uuid" as const),
    })
    .map(({ exclusive, first, second }): UnionType => ({
      ...{ kind: "union", plain: true, exclusive },
      variants: [
        { name: "One", type: first },
        { name: "Other", type: { kind: second } },
      ],
    }));
  return fc.oneof(keyed, plain);
}

function variantOf(name: string, inner: fc.Arbitrary<Type>) {
  const nullable = fc.constantFrom(true as const, undefined);
  return fc
    .record({ type: inner, nullable })
    .map((variant) => known({ name, ...variant }) as Variant);
}

function recordOf(depth: number, prefix: string): fc.Arbitrary<RecordType> {
  return fc
    .uniqueArray(fc.constantFrom(...words), { maxLength: 4 })
    .chain((names) =>
      fc.record({
        fields: fc.tuple(...names.map((name) => fieldOf(`${prefix}${name}`, depth))),
        choice: some(unionOf(scalar).filter((union) => union.plain !== true)),
        open: fc.constantFrom(true, undefined),
        abstract: fc.constantFrom(true, undefined, undefined),
        xmlOrder: fc.constantFrom("sequence" as const, "all" as const, undefined),
      }),
    )
    .map(({ fields, choice, ...rest }) =>
      known({
        ...{ kind: "record", ...rest },
        fields: choice === undefined ? fields : [...fields, choiceField(choice)],
      }),
    ) as fc.Arbitrary<RecordType>;
}

/** Its members stand in the object itself, so their names must be nobody else's. */
function choiceField(union: UnionType): Field {
  const variants = union.variants.map((variant) => ({
    ...variant,
    name: `choose ${variant.name}`,
  }));
  return {
    ...{ name: "choice", presence: "optional", nullable: false },
    type: { ...union, variants },
    xml: { node: "inline", name: "choice", namespace: "" },
  };
}

function fieldOf(name: string, depth: number): fc.Arbitrary<Field> {
  return fc
    .record({
      type: typeOf(depth, ""),
      presence: fc.constantFrom("required" as const, "optional" as const, "implicit" as const),
      nullable: fc.boolean(),
      jsonName: some(fc.constant(`${name}Json`)),
      fixed: some(fc.constant("7")),
      sensitive: fc.constantFrom(true, undefined),
      documentation: some(fc.constant("What it is for.")),
    })
    .chain((field) =>
      bindingOf(field.type).map((xml) => known({ name, ...field, xml })),
    ) as fc.Arbitrary<Field>;
}

const elementName = {
  name: fc.constantFrom("element", "other"),
  namespace: fc.constantFrom("", "urn:a"),
};

function bindingOf(type: Type): fc.Arbitrary<XmlBinding | undefined> {
  const isList = type.kind === "list";
  const isSimple = !["list", "map", "record", "union", "opaque", "ref"].includes(type.kind);
  const nodes: XmlBinding["node"][] = isSimple ? ["element", "attribute", "text"] : ["element"];
  const wrapper = isList ? some(fc.record(elementName)) : fc.constant(undefined);
  return some(
    fc
      .record({ node: fc.constantFrom(...nodes), ...elementName, wrapper })
      .map((binding) => known(binding) as XmlBinding),
  );
}

/** T0 to T2 are records, of which T1 may extend T0, and T3 is anything with a value. */
const types: fc.Arbitrary<ReadonlyMap<string, NamedType>> = fc
  .record({
    records: fc.tuple(recordOf(2, "zero "), recordOf(2, "one "), recordOf(2, "two ")),
    extended: fc.boolean(),
    last: fc.oneof(scalar, recordOf(1, "three ")),
  })
  .map(({ records, extended, last }) => {
    const all: Type[] = [...records, last];
    if (extended) all[1] = withBase(records[1]);
    return new Map(typeNames.map((name, index) => [name, { name, type: all[index] as Type }]));
  });

/** Without a choice, whose members would be called like those of the base. */
function withBase(record: RecordType): RecordType {
  const fields = record.fields.filter(({ name }) => name !== "choice");
  return { ...record, fields, extends: "T0" };
}

const operation: fc.Arbitrary<Operation> = fc
  .record({
    mode: fc.constantFrom("unary" as const, "server-stream" as const),
    safety: fc.constantFrom("safe" as const, "idempotent" as const, "unsafe" as const),
    input: fc.constantFrom("T0", "T1", "T2"),
    output: fc.constantFrom("T0", "T1", "T2"),
    fault: some(fc.constantFrom("T0", "T2")),
    deprecated: fc.constantFrom(true, undefined),
  })
  .map(({ input, output, fault, ...rest }) =>
    known({
      ...{ id: "operate", ...rest },
      input: { type: { kind: "ref", name: input }, headers: [] },
      output: { type: { kind: "ref", name: output }, headers: [] },
      faults:
        fault === undefined
          ? []
          : [{ name: "Failed", type: { kind: "ref", name: fault }, xml: { name: "f", namespace } }],
    }),
  ) as fc.Arbitrary<Operation>;

export const contracts: fc.Arbitrary<Contract> = fc.record({ types, operation }).map((parts) => ({
  ...{ name: "random", version: "1", dialect: "soap", namespace },
  types: parts.types,
  operations: [parts.operation],
}));
