/**
 * Declared faults as responses: with the bodies that the contract gives them, and else as
 * problem+json (RFC 9457), with the name of the fault as `code` and its fields as members.
 */
import { blames } from "#base/fault-kind.ts";
import type { DeclaredFault, Operation } from "#contract/contract.ts";
import {
  compact,
  withOwn,
  type DescribeScope,
  type Schema,
} from "#formats/json-schema/describe-scope.ts";
import { contentsOf } from "./describe-contents.ts";
import { faultWord } from "./import-faults.ts";
import { isNested, nestedMember } from "./problem-detail.ts";

export interface RestDescribeScope extends DescribeScope {
  readonly problemRef: string;
}

const problemMembers: Readonly<Record<string, Schema>> = {
  type: { type: "string", format: "uri-reference" },
  title: { type: "string" },
  status: { type: "integer" },
  detail: { type: "string" },
  code: { type: "string", description: "A stable word; the name of a declared fault." },
  kind: { type: "string", description: "One of the sixteen words of gRPC." },
  fault: { type: "string", description: "Who broke it.", enum: [...blames] },
  exchange: { type: "string" },
  place: { type: "string", description: "Where in the request, as a JSON pointer." },
};

export const problemSchema: Schema = {
  type: "object",
  description: "RFC 9457: what went wrong, and who broke it.",
  properties: problemMembers,
  "x-parlance": "own",
};

export function describeFaults(scope: RestDescribeScope, { id, faults }: Operation): Schema {
  const responses: Record<string, Schema> = {};
  for (const fault of faults) {
    for (const status of fault.statuses ?? []) {
      if (Object.hasOwn(responses, status)) {
        scope.lose("fault-lost", `fault ${fault.name} of ${id}, as ${status} is another one's,`);
      } else responses[status] = describeFault(scope, fault, status);
    }
  }
  const problems = faults.filter(({ statuses }) => statuses === undefined);
  if (problems.length === 0) return responses;
  if (Object.hasOwn(responses, "default")) {
    scope.lose("fault-lost", `faults of ${id} without a status`);
    return responses;
  }
  return { ...responses, default: describeProblems(scope, problems) };
}

function describeFault(scope: RestDescribeScope, fault: DeclaredFault, status: string): Schema {
  const { name, type, contents, documentation } = fault;
  const response = compact({
    description: documentation ?? name,
    content:
      type === undefined
        ? undefined
        : contentsOf(
            contents ?? [{ mediaType: "application/json", format: "json" }],
            scope.type(type),
            name,
          ),
  });
  return withOwn(response, {
    fault: name === faultWord(status) ? undefined : name,
    // Not every fault has a description, but every response must.
    silent: documentation === undefined ? true : undefined,
  });
}

function describeProblems(scope: RestDescribeScope, faults: readonly DeclaredFault[]): Schema {
  const variants = faults.map(({ name, type, documentation }) => {
    const code = { properties: { code: { const: name } }, required: ["code"] };
    const detail = type === undefined ? [] : [describeDetail(scope, type)];
    const allOf = [{ $ref: scope.problemRef }, ...detail, code];
    return compact({ title: name, description: documentation, allOf });
  });
  return {
    description: "The operation failed.",
    content: {
      "application/problem+json": { schema: { anyOf: [...variants, { $ref: scope.problemRef }] } },
    },
    "x-parlance": {
      faults: faults.map(({ name, type, xml, documentation }) =>
        compact({ name, description: documentation, xml, schema: type && scope.type(type) }),
      ),
    },
  };
}

function describeDetail(
  scope: RestDescribeScope,
  type: NonNullable<DeclaredFault["type"]>,
): Schema {
  const schema = scope.type(type);
  if (!isNested(scope.contract, type)) return schema;
  return { type: "object", properties: { [nestedMember]: schema }, required: [nestedMember] };
}
