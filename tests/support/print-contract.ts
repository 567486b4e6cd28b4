/** Contracts as text that people can read and compare: one line per type, field and operation. */
import type {
  Contract,
  DeclaredFault,
  HeaderField,
  Operation,
  QualifiedName,
} from "#contract/contract.ts";
import type { Field, NamedType, RecordType, Type, UnionType, Variant } from "#contract/types.ts";

export function printContract(contract: Contract): string {
  const { name, namespace, documentation } = contract;
  const head = `contract ${name} ${clark({ name: "", namespace })}${quoted(documentation)}`;
  const lines = [head, ...contract.operations.map(printOperation)];
  return `${lines.join("\n")}\n${printTypes(contract.types)}`;
}

export function printTypes(types: ReadonlyMap<string, NamedType>): string {
  return [...types.values()]
    .map((named) => {
      const xml = named.xmlName === undefined ? "" : ` ${clark(named.xmlName)}`;
      const head = `type ${named.name}${xml}${quoted(named.documentation)}: `;
      return `${head}${printType(named.type, "  ")}\n`;
    })
    .join("");
}

function printOperation(operation: Operation): string {
  const { id, mode, safety, input, output, faults, soap, documentation } = operation;
  const lines = [`operation ${id} ${mode} ${safety}${quoted(documentation)}`];
  if (soap !== undefined) {
    const { version, versions, action, style, use, wrapped, portType, attachments } = soap;
    lines.push(
      `  soap ${version} of ${versions.join(" ")}, ${style}/${use}, ` +
        `${wrapped ? "wrapped" : "bare"}, action "${action}", portType ${portType ?? "-"}`,
      `  body ${element(soap.input)} -> ${element(soap.output)}`,
    );
    if (attachments !== undefined) {
      lines.push(`  attachments ${attachments.input.join(" ")} -> ${attachments.output.join(" ")}`);
    }
  }
  lines.push(`  input ${printType(input.type, "    ")}`, ...input.headers.map(printHeader));
  if (output !== undefined) {
    lines.push(`  output ${printType(output.type, "    ")}`, ...output.headers.map(printHeader));
  }
  lines.push(...faults.map(printFault));
  return lines.join("\n");
}

function element(name: QualifiedName | undefined): string {
  return name === undefined ? "-" : clark(name);
}

function printHeader({ name, type, required, xml }: HeaderField): string {
  const need = required ? "required" : "optional";
  return `    header ${name}: ${printType(type, "      ")} ${need} ${element(xml)}`;
}

function printFault({ name, type, xml, documentation }: DeclaredFault): string {
  const detail = type === undefined ? "-" : printType(type, "    ");
  return `  fault ${name} ${element(xml)}${quoted(documentation)}: ${detail}`;
}

function clark({ name, namespace }: QualifiedName): string {
  return namespace === "" ? name : `{${namespace}}${name}`;
}

function quoted(text: string | undefined): string {
  return text === undefined ? "" : ` "${text}"`;
}

function printType(type: Type, indent: string): string {
  switch (type.kind) {
    case "ref":
      return type.name;
    case "record":
      return printRecord(type, indent);
    case "union":
      return printUnion(type, indent);
    case "list": {
      const most = type.max === undefined ? "*" : type.max;
      const nullable = type.itemNullable ? " nullable" : "";
      const text = type.xmlText === true ? " text" : "";
      return `list ${type.min}..${most}${nullable}${text} of ${printType(type.item, indent)}`;
    }
    case "enum": {
      const values = type.values.map(({ value }) => JSON.stringify(value)).join(" | ");
      const open = type.open ? " open" : "";
      return `enum${open}${type.spelling === "number" ? " numbers" : ""} ${values}`;
    }
    default: {
      const { kind, ...facets } = type;
      const text = JSON.stringify(facets);
      return text === "{}" ? kind : `${kind} ${text}`;
    }
  }
}

function printRecord(record: RecordType, indent: string): string {
  const { fields, extends: base, restricts, abstract, open, xmlOrder } = record;
  const words = [
    "record",
    ...(abstract === true ? ["abstract"] : []),
    ...(open === true ? ["open"] : []),
    ...(xmlOrder === "all" ? ["in any order"] : []),
    ...(base === undefined ? [] : [`extends ${base}`]),
    ...(restricts === undefined ? [] : [`restricts ${restricts}`]),
  ];
  return [words.join(" "), ...fields.map((field) => indent + printField(field, indent))].join("\n");
}

function printField(field: Field, indent: string): string {
  const { name, presence, nullable, default: standard, fixed, jsonName, documentation } = field;
  const words = [
    ...(presence === "required" ? [] : [presence]),
    ...(nullable ? ["nullable"] : []),
    ...(standard === undefined ? [] : [`default "${standard}"`]),
    ...(fixed === undefined ? [] : [`fixed "${fixed}"`]),
    ...(jsonName === undefined ? [] : [`json "${jsonName}"`]),
    ...printXml(field),
    ...(documentation === undefined ? [] : [JSON.stringify(documentation)]),
  ];
  return `${name} (${words.join(", ")}): ${printType(field.type, `${indent}  `)}`;
}

function printXml({ xml }: Field | Variant): string[] {
  if (xml === undefined) return [];
  const name = xml.node === "any" || xml.node === "anyAttribute" ? xml.namespace : clark(xml);
  const wrapper = xml.wrapper === undefined ? [] : [`in ${clark(xml.wrapper)}`];
  return [`${xml.node}${name === "" ? "" : ` ${name}`}`, ...wrapper];
}

function printUnion(union: UnionType, indent: string): string {
  const variants = union.variants.map((variant) => {
    const words = [...(variant.nullable === true ? ["nullable"] : []), ...printXml(variant)];
    const type = printType(variant.type, `${indent}  `);
    return `${indent}| ${variant.name} (${words.join(", ")}): ${type}`;
  });
  return ["union", ...variants].join("\n");
}
