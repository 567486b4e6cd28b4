/** XML bodies. A list stands in the root element, its items under their own name. */
import type { Contract, QualifiedName } from "#contract/contract.ts";
import type { Field, Type } from "#contract/types.ts";
import { createRecord, type Value, type ValueRecord } from "#contract/value.ts";
import { resolve } from "#formats/json/resolve.ts";
import { compileXmlReader } from "#formats/xml/compile-reader.ts";
import { compileXmlWriter } from "#formats/xml/compile-writer.ts";
import type { BodyOptions, BodySubject, Coder } from "./body-codec.ts";

export function xmlCodec(
  contract: Contract,
  { type, field }: BodySubject,
  root: QualifiedName,
  mediaType: string,
  { unknown, limits }: BodyOptions,
): Coder {
  const isList = field !== undefined && resolve(contract, type).kind === "list";
  const rootType = isList ? listRoot(field) : type;
  const nullable = field?.nullable === true;
  const readOptions = { unknown, nullable, ...(limits && { limits }) };
  const reader = compileXmlReader(contract, root, rootType, readOptions);
  const writer = compileXmlWriter(contract, root, rootType, { nullable });
  return {
    read(bytes, found) {
      const outcome = reader.read(bytes, found?.parameters.get("charset"));
      if (!isList || outcome.kind === "fault" || outcome.value === null) return outcome;
      const value = (outcome.value as ValueRecord)[field.name] ?? [];
      return { kind: "value", value };
    },
    write(value) {
      const outcome = writer.writeDocument(
        isList && value !== null ? wrapped(field, value) : value,
      );
      if (outcome.kind === "fault") return outcome;
      const contentType = `${mediaType}; charset=utf-8`;
      return { kind: "body", contentType, bytes: Buffer.from(outcome.text) };
    },
  };
}

function listRoot(field: Field): Type {
  const { xml, ...rest } = field;
  const { name, namespace } = xml ?? { name: field.name, namespace: "" };
  const items: Field = {
    ...rest,
    presence: "optional",
    nullable: false,
    xml: { node: "element", name, namespace },
  };
  return { kind: "record", fields: [items] };
}

function wrapped(field: Field, value: Value): Value {
  const record = createRecord();
  record[field.name] = value;
  return record;
}
