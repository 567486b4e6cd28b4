/** Masks fields of requests and answers, by the contract, whatever dialects are spoken. */
import { didYouMean } from "#base/nearest.ts";
import type { Reply } from "#call/call.ts";
import type { Contract, Operation } from "#contract/contract.ts";
import { fieldsOf, resolve } from "#contract/resolve.ts";
import type { Type } from "#contract/types.ts";
import type { ValueRecord } from "#contract/value.ts";
import type { OptionFinding, Policy, PolicyRequest } from "#extension/policy.ts";
import { compileMask, type Mask, type MaskRule, type MaskRules } from "./compile-mask.ts";
import { optionsSchema, usualShow, usualText, type Options } from "./options.ts";

export const mask: Policy<Options> = {
  name: "mask",
  summary: "Removes, replaces or partly hides fields of requests and answers.",
  description:
    "Fields are named as the contract names them, and are masked in whatever dialect they are " +
    "sent: JSON, XML, Protocol Buffers, GraphQL. What stands in their place fits the contract. " +
    "With `sensitive`, so are all fields that the contract marks as sensitive. Answers that come " +
    "from a cache or another policy are masked like those of instances, in streams each output. " +
    "Exchanges that a mask is for are decoded and encoded, even where caller and instance speak " +
    "one dialect; header fields go on. What a service says of its failures in words is not " +
    "looked into; details of a status of gRPC that the contract does not declare are left out.",
  options: optionsSchema,
  example:
    '- mask: { answers: [{ field: "**.card", how: partly }], sensitive: remove, ' +
    "unless: { callers: [backoffice] } }",
  problems: [],
  level: "call",
  rewrites: true,
  check(options, { serviceName, contract, callers }) {
    const strangers = options.unless.callers.flatMap((name, index) => {
      if (callers === undefined || callers.includes(name)) return [];
      return [unknown(["unless", "callers", index], `there is no caller ${name}`, name, callers)];
    });
    if (contract === undefined) {
      if (serviceName === undefined) return strangers;
      const message = `service ${serviceName} has no contract that tells where fields are`;
      return [...strangers, { path: [], severity: "error", message }];
    }
    return [...strangers, ...checkFields(options, contract)];
  },
  explain: ({ requests, answers, sensitive, unless }) => {
    const named = (rules: readonly MaskRule[]): string =>
      rules.length === 0 ? "none" : rules.map(({ field, how }) => `${field} (${how})`).join(", ");
    const granted = [...unless.callers, ...unless.scopes.map((scope) => `scope ${scope}`)];
    const but = granted.length === 0 ? "" : `; not for ${granted.join(", ")}`;
    const marked = sensitive === "show" ? "" : `; sensitive ones: ${sensitive}`;
    return `fields of requests: ${named(requests)}; of answers: ${named(answers)}${marked}${but}`;
  },
  create(options, { contract }) {
    const masks = createMasks(options);
    const { unless } = options;
    const isGranted = ({ callerName, scopes }: PolicyRequest): boolean =>
      (callerName !== undefined && unless.callers.includes(callerName)) ||
      unless.scopes.some((scope) => scopes?.has(scope) === true);
    // Without a contract there is nothing that could be masked.
    return {
      rewriteCall(request, call) {
        const known = contract ?? request.contract;
        if (known === undefined || isGranted(request)) return call;
        const input = masks(known, call.operation).input(call.input) as ValueRecord;
        return { ...call, input };
      },
      rewriteReply(request, reply, operation): Reply {
        const known = contract ?? request.contract;
        if (known === undefined || isGranted(request)) return reply;
        const { output, faults } = masks(known, operation);
        if (reply.kind === "answer") {
          return { ...reply, output: output(reply.output) as ValueRecord };
        }
        // What a service tells beside them nobody can look into.
        const { details: _, ...told } = reply;
        const { declared } = told;
        // What is said of an answer that could not be read may quote what is to be hidden.
        if (declared === undefined && told.blame === "service" && told.place !== undefined) {
          const message = `the answer does not fit the contract: ${told.place} is wrong`;
          return { ...told, message };
        }
        const detail = declared && faults.get(declared.name)?.(declared.detail);
        if (declared === undefined || detail === undefined) return told;
        return { ...told, declared: { ...declared, detail } };
      },
    };
  },
};

interface OperationMasks {
  readonly input: Mask;
  readonly output: Mask;
  readonly faults: ReadonlyMap<string, Mask>;
}

/** Compiled when an operation is first called. */
function createMasks(options: Options) {
  const known = new WeakMap<Operation, OperationMasks>();
  const wanted = wantedOf(options);
  return (contract: Contract, operation: Operation): OperationMasks => {
    const found = known.get(operation);
    if (found !== undefined) return found;
    const of = (type: Type, rules: MaskRules): Mask => compileMask(contract, type, rules).mask;
    const { input, output, faults } = operation;
    const made: OperationMasks = {
      input: of(input.type, wanted.requests),
      output: of(output?.type ?? { kind: "record", fields: [] }, wanted.answers),
      faults: new Map(
        faults.flatMap(({ name, type }) =>
          type === undefined ? [] : [[name, of(type, wanted.answers)] as const],
        ),
      ),
    };
    known.set(operation, made);
    return made;
  };
}

function wantedOf({ requests, answers, sensitive }: Options) {
  const marked =
    sensitive === "show" ? undefined : { how: sensitive, text: usualText, show: usualShow };
  return {
    requests: { rules: requests, sensitive: undefined },
    answers: { rules: answers, sensitive: marked },
  };
}

/** Rules for fields that no operation has. */
function checkFields(options: Options, contract: Contract): readonly OptionFinding[] {
  const wanted = wantedOf(options);
  return (["requests", "answers"] as const).flatMap((direction) => {
    const types = contract.operations.flatMap((operation) => typesIn(operation, direction));
    const used = types.map((type) => compileMask(contract, type, wanted[direction]).used);
    return options[direction].flatMap(({ field }, index) => {
      if (used.some((one) => one.has(index))) return [];
      const names = new Set(types.flatMap((type) => namesIn(contract, type)));
      const message = `no operation has the field ${field} in its ${direction}`;
      return [unknown([direction, index, "field"], message, field, [...names])];
    });
  });
}

function typesIn({ input, output, faults }: Operation, direction: "requests" | "answers") {
  if (direction === "requests") return [input.type];
  return [
    ...(output === undefined ? [] : [output.type]),
    ...faults.flatMap(({ type }) => type ?? []),
  ];
}

function namesIn(contract: Contract, type: Type): readonly string[] {
  const record = resolve(contract, type);
  return record.kind === "record" ? fieldsOf(contract, record).map(({ name }) => name) : [];
}

function unknown(
  path: OptionFinding["path"],
  message: string,
  name: string,
  names: readonly string[],
): OptionFinding {
  const suggestion = didYouMean(name, new Set(names));
  const hint = suggestion === undefined ? {} : { suggestion };
  return { path, severity: "error", message, ...hint };
}
