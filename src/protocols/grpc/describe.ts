/**
 * One .proto file, proto3, of any contract: services, messages by the codec's own plans, and the
 * types of google.protobuf that stand for times and the like.
 */
import type { Diagnostic } from "#base/diagnostic.ts";
import type { Operation } from "#contract/contract.ts";
import { grpcNameOf, operationsByGrpcPath } from "#contract/grpc-names.ts";
import { derivedTypes } from "#contract/resolve.ts";
import type { EnumType } from "#contract/types.ts";
import type { ContractDescriber, ServiceContract } from "#extension/protocol.ts";
import { createPlanner } from "#formats/protobuf/message-plan.ts";
import { describeEnum } from "./describe-enums.ts";
import { commentLines, describeMessage, importGoogle, type Messages } from "./describe-messages.ts";
import { createProtoNames, isGoogleType, type ProtoNames } from "./proto-names.ts";

export const describeProto: ContractDescriber = (service) => {
  const { text, diagnostics } = describeNamed(service);
  return { text, mediaType: "text/plain; charset=utf-8", diagnostics };
};

/** What the values of enums are called in the description. */
export function describedValues(service: ServiceContract): Messages["valueNames"] {
  return describeNamed(service).valueNames;
}

function describeNamed(service: ServiceContract) {
  const { contract, serviceName } = service;
  const diagnostics: Diagnostic[] = [];
  const lost = new Set<string>();
  const lose = (code: string, what: string): void => {
    const message = `${what}: not said in this description`;
    if (!lost.has(message)) diagnostics.push({ code, severity: "info", message });
    lost.add(message);
  };
  const messages = createMessages(service, lose);
  const offered = new Set(operationsByGrpcPath(serviceName, contract.operations).values());
  for (const { id } of contract.operations.filter((one) => !offered.has(one)))
    lose("operation-left-out", `operation ${id}, whose method has the name of another`);
  for (const operation of offered) describeTypes(messages, operation);
  if (derivedTypes(contract).size > 0)
    lose("derived-types", "that values of derived types are refused in the place of their base");
  const services = describeServices(messages, [...offered]);
  const { packageName } = messages.names;
  const imports = [...messages.imports].sort().map((file) => `import ${JSON.stringify(file)};`);
  const parts = [
    ['syntax = "proto3";'],
    ...(packageName === "" ? [] : [[`package ${packageName};`]]),
    ...(imports.length === 0 ? [] : [imports]),
    ...services,
    ...describeTree(messages),
  ];
  const text = `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
  return { text, diagnostics, valueNames: messages.valueNames };
}

function createMessages(service: ServiceContract, lose: Messages["lose"]): Messages {
  const { contract } = service;
  const names = createProtoNames(service);
  const enumNames = new Map<EnumType, string>();
  const comments = new Map<string, string>();
  for (const { name, type, documentation } of contract.types.values()) {
    if (type.kind === "enum" && !enumNames.has(type)) enumNames.set(type, names.named(name));
    if (documentation !== undefined) comments.set(names.named(name), documentation);
  }
  return {
    ...{ service, names, comments, enumNames, lose },
    plan: createPlanner(contract),
    written: new Map(),
    valueNames: new Map(),
    imports: new Set(),
    refer: createReferences(service, names),
  };
}

/** A name that something nearer has as well is written from the root. */
function createReferences(
  { serviceName, contract }: ServiceContract,
  { packageName, named }: ProtoNames,
): Messages["refer"] {
  const paths = [...contract.types.keys()].map((type) => named(type).split("."));
  const methods = contract.operations.map((one) => grpcNameOf(serviceName, one).method);
  const nested = paths.flatMap((path) => path.slice(1));
  const near = new Set([...packageName.split("."), ...nested, ...methods]);
  if (paths.some(([head]) => head === "google")) near.add("google");
  return (name) => {
    const [head = ""] = name.split(".");
    if (isGoogleType(name)) return near.has(head) ? `.${name}` : name;
    const full = packageName === "" ? `.${name}` : `.${packageName}.${name}`;
    return near.has(head) ? full : name;
  };
}

function describeTypes(messages: Messages, operation: Operation): void {
  const { names } = messages;
  const { input, output, faults } = operation;
  describeMessage(messages, names.input(operation), input.type);
  const answer = names.output(operation);
  if (output === undefined) importGoogle(messages, answer);
  else describeMessage(messages, answer, output.type);
  for (const fault of faults) {
    if (fault.type !== undefined)
      describeMessage(messages, names.fault(operation, fault), fault.type);
  }
}

function describeServices(
  messages: Messages,
  operations: readonly Operation[],
): readonly (readonly string[])[] {
  const { service, names, lose } = messages;
  const prefix = names.packageName === "" ? "" : `${names.packageName}.`;
  const byName = new Map<string, string[]>();
  for (const operation of operations) {
    const name = grpcNameOf(service.serviceName, operation);
    const simple = name.service.slice(prefix.length);
    if (!name.service.startsWith(prefix) || simple.includes(".")) {
      lose("operation-left-out", `operation ${operation.id}, of service ${name.service}`);
      continue;
    }
    const lines = byName.get(simple) ?? [];
    lines.push(...methodLines(messages, operation, name.method));
    byName.set(simple, lines);
  }
  const { documentation } = service.contract;
  return [...byName].map(([name, lines], index) => [
    ...(index === 0 ? commentLines(documentation, "") : []),
    `service ${name} {`,
    ...lines,
    "}",
  ]);
}

const levels = { safe: "NO_SIDE_EFFECTS", idempotent: "IDEMPOTENT", unsafe: undefined } as const;

function methodLines(messages: Messages, operation: Operation, method: string): readonly string[] {
  const { names, refer, service, lose } = messages;
  const { mode, safety, deprecated, faults, documentation, id } = operation;
  if (service.contract.dialect === "grpc" && operation.rest !== undefined)
    lose("http-rule-lost", `the http rule of ${id}`);
  const streams = (...modes: readonly Operation["mode"][]) =>
    modes.includes(mode) ? "stream " : "";
  const input = `${streams("client-stream", "bidi")}${refer(names.input(operation))}`;
  const output = `${streams("server-stream", "bidi")}${refer(names.output(operation))}`;
  const told = faults
    .filter(({ type }) => type !== undefined)
    .map((fault) => `Fails with ${fault.name}: details of ${names.fault(operation, fault)}.`);
  const metadata = operation.input.headers.map(
    ({ name, http, required }) =>
      `Metadata: ${(http ?? name).toLowerCase()}${required ? ", required" : ""}.`,
  );
  const comment = [documentation ?? "", ...metadata, ...told].join("\n");
  const level = levels[safety];
  const options = [
    ...(level === undefined ? [] : [`    option idempotency_level = ${level};`]),
    ...(deprecated === true ? ["    option deprecated = true;"] : []),
  ];
  const head = `  rpc ${method}(${input}) returns (${output})`;
  const end = options.length === 0 ? [`${head};`] : [`${head} {`, ...options, "  }"];
  return [...commentLines(comment, "  "), ...end];
}

/** Messages in the order in which they were met, what stands in another inside it. */
function describeTree({
  written,
  comments,
  lose,
  valueNames,
}: Messages): readonly (readonly string[])[] {
  const paths = new Set<string>();
  for (const name of written.keys()) {
    const parts = name.split(".");
    for (let length = 1; length <= parts.length; length++)
      paths.add(parts.slice(0, length).join("."));
  }
  const parentOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf("."), 0));
  const simpleOf = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
  const taken = new Map<string, Set<string>>();
  const within = Map.groupBy(paths, parentOf);
  // Names of values stand beside the messages of the same place.
  const beside = (path: string): Set<string> => {
    const parent = parentOf(path);
    const known = taken.get(parent);
    if (known !== undefined) return known;
    const near = (within.get(parent) ?? []).map(simpleOf);
    const made = new Set([...(within.get("") ?? []), ...near]);
    taken.set(parent, made);
    return made;
  };
  const lines = (path: string): readonly string[] => {
    const simple = simpleOf(path);
    const own = written.get(path) ?? [`message ${simple} {`, "}"];
    const whole =
      "kind" in own
        ? describeEnum(
            { taken: beside(path), lose, note: (names) => valueNames.set(own, names) },
            simple,
            own,
          )
        : own;
    const inner = (within.get(path) ?? []).map(lines);
    const head = commentLines(comments.get(path), "");
    const indented = inner.flatMap((one) => one.map((line) => (line === "" ? "" : `  ${line}`)));
    return [...head, ...whole.slice(0, -1), ...indented, ...whole.slice(-1)];
  };
  return (within.get("") ?? []).map(lines);
}
