/** Answers that are given when the service cannot: from examples of its contract, or from files. */
import { mapOf, wholeNumber } from "#base/json-schema.ts";
import { nearest } from "#base/nearest.ts";
import type { Answer } from "#call/call.ts";
import type {
  Answered,
  CheckedSite,
  OptionFinding,
  Policy,
  PolicyRequest,
  PolicySite,
} from "#extension/policy.ts";
import { answerOf, exampleOf } from "./outputs.ts";
import { reasonOf, reasons, type Reason } from "./reasons.ts";

interface Options {
  readonly on: readonly Reason[];
  readonly examples: boolean;
  readonly files: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly contentType: string;
  readonly status: number;
}

/** Of one file. */
const fileBytesMax = 16 * 1024 * 1024;

/** RFC 9110 §9.2.1. */
const safeMethods = new Set(["GET", "HEAD"]);

export const fallback: Policy<Options> = {
  name: "fallback",
  summary: "Answers from examples of the contract, or from files, when the service cannot.",
  description:
    "When no instance can be asked, a breaker is open, or time runs out (and, if `on` says " +
    "so, when the service answers with an error), callers get an answer all the same, in " +
    "their own dialect: **from the contract**, the first example that OpenAPI shows of an " +
    "operation's answer, of operations that are `safe` only; **from files**, one for each " +
    "operation, as JSON: the body as the service answers in REST, for other contracts the " +
    "output record. A service without a contract has one `file` for all of its `GET` and " +
    "`HEAD`. Such answers carry `Parlance-Fallback` with what went wrong, and " +
    "`Cache-Control: no-store`; log, metrics and ledger tell the problem and this policy. " +
    "Files are read when the configuration is loaded, and must fit the contract. Put it " +
    "before the policies whose refusals it is to replace (`breaker`, `concurrency`, " +
    "`maintenance`), and before `retry` and `cache`, which then have their try first. " +
    "Operations that stream have no fallback.",
  options: mapOf("When, and what.", {
    on: {
      type: "array",
      description:
        "When: no instance that answers (or a breaker that is open), no answer in time, an error " +
        "of the service (statuses from 500, faults that the contract does not declare), a " +
        "refusal by `concurrency`, or by `maintenance`.",
      default: ["unavailable", "timeout"],
      items: { type: "string", enum: reasons },
      minItems: 1,
      "x-expected": "at least one reason",
    },
    examples: {
      type: "boolean",
      description: "Whether examples of the contract are given, of operations without a file.",
      default: true,
    },
    files: {
      type: "object",
      description: "Files with answers in JSON, by operation.",
      default: {},
      propertyNames: { minLength: 1, maxLength: 256, "x-expected": "the name of an operation" },
      additionalProperties: {
        type: "string",
        description: "Path, relative to parlance.yaml.",
        minLength: 1,
        "x-file": true,
        "x-expected": "the path of a file",
      },
    },
    file: {
      type: "string",
      description: "File with the answer of a service without a contract.",
      minLength: 1,
      "x-file": true,
      "x-expected": "the path of a file",
    },
    contentType: {
      type: "string",
      description: "Media type of `file`.",
      pattern: "^[!-~][ -~]{0,254}$",
      default: "application/json",
      "x-expected": "a media type, such as application/json",
    },
    status: wholeNumber("Status with which `file` is given.", {
      unit: "a status",
      from: 200,
      to: 599,
      default: 200,
    }),
  }),
  example: "- fallback: { on: [unavailable, timeout, 5xx] }",
  problems: [],
  level: "call",
  check: checkOptions,
  explain({ on, examples, files, file }) {
    const named = Object.keys(files).map((name) => `a file for ${name}`);
    const from = [
      ...named,
      ...(file === undefined ? [] : ["a file"]),
      ...(examples ? ["examples of the contract"] : []),
    ];
    return `when ${on.join(", ")}: ${from.join(", ")}`;
  },
  answersInstead({ on }, code) {
    const reason = reasonOf(code);
    return reason !== undefined && on.includes(reason);
  },
  create(options, site) {
    const whole = wholeFrom(options, site);
    const answers = answersFrom(options, site);

    function give(request: PolicyRequest, why: string): Answered | undefined {
      if (request.isRepeat) return undefined;
      const response = answers.get(request.operation ?? "") ?? wholeFor(request);
      if (response === undefined) return undefined;
      request.addAnswerField("Parlance-Fallback", why);
      request.addAnswerField("Cache-Control", "no-store");
      return { kind: "answer", response };
    }

    function wholeFor(request: PolicyRequest): Answered["response"] | undefined {
      return safeMethods.has(request.method) && !request.isTranslated ? whole : undefined;
    }

    return {
      onProblem(request, problem) {
        const reason = reasonOf(problem.definition.code);
        if (reason === undefined || !options.on.includes(reason)) return undefined;
        return give(request, problem.definition.code);
      },
      ...(options.on.includes("5xx") && {
        onAnswer(request, { status }) {
          // What is translated is judged by what it says: a fault of SOAP is a 500 as well.
          if (status < 500 || status === 501 || request.isTranslated) return undefined;
          if (status === 500 && site.contract?.dialect === "soap") return undefined;
          return give(request, `status-${status}`);
        },
        onReply(request, reply) {
          if (reply.kind === "answer" || reply.blame !== "service") return undefined;
          if (reply.declared !== undefined) return undefined;
          const given = give(request, reply.code);
          return given?.response as Answer | undefined;
        },
      }),
    };
  },
};

function wholeFrom(
  { file, contentType, status }: Options,
  { platform }: PolicySite,
): Answered["response"] | undefined {
  if (file === undefined) return undefined;
  const body = platform.files.readUpTo(file, fileBytesMax);
  return { status, fields: [["content-type", contentType]], body };
}

/** By operation. */
function answersFrom(
  { examples, files }: Options,
  { contract, platform, serviceName = "" }: PolicySite,
): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>();
  if (contract === undefined) return answers;
  for (const operation of contract.operations) {
    const { id } = operation;
    const file = files[id] ?? files[`${serviceName}.${id}`];
    if (file !== undefined) {
      const json = platform.files.readUpTo(file, fileBytesMax);
      const made = answerOf(contract, operation, json);
      if ("wrong" in made)
        throw new Error(`fallback: ${file} is no answer of ${id}: ${made.wrong}`);
      answers.set(id, made.answer);
    }
    const example = examples && file === undefined ? exampleOf(operation) : undefined;
    const made =
      example === undefined ? undefined : answerOf(contract, operation, Buffer.from(example));
    // Those that do not fit are told when the configuration is checked.
    if (made !== undefined && "answer" in made) answers.set(id, made.answer);
  }
  return answers;
}

function checkOptions(options: Options, site: CheckedSite): readonly OptionFinding[] {
  const { examples, files, file } = options;
  const { serviceName, contract } = site;
  const names = Object.keys(files);
  const error = (path: OptionFinding["path"], message: string): OptionFinding => ({
    path,
    severity: "error",
    message,
  });
  if (contract === undefined) {
    if (serviceName === undefined) {
      const message = "it stands in the list of a service: answers differ from one to the next";
      return [error([], message)];
    }
    if (names.length > 0) {
      return [error(["files"], `${serviceName} has no contract; expected \`file\``)];
    }
    if (file !== undefined) return [];
    return [error([], `${serviceName} has no contract, and so no examples; expected \`file\``)];
  }
  if (file !== undefined) {
    return [error(["file"], `${serviceName} has a contract; expected \`files\`, by operation`)];
  }
  const ids = contract.operations.map(({ id }) => id);
  const unknown = names.flatMap((name): OptionFinding[] => {
    if (ids.includes(name)) return [];
    const suggestion = nearest(name, ids);
    const found = error(["files", name], `${serviceName} has no operation ${name}`);
    return [suggestion === undefined ? found : { ...found, suggestion }];
  });
  if (unknown.length > 0 || !examples) return unknown;
  const shown = contract.operations.filter((one) => exampleOf(one) !== undefined);
  if (shown.length === 0 && names.length === 0) {
    const message = `no safe operation of ${serviceName} has an example, so nothing is given`;
    return [{ path: ["examples"], severity: "warning", message }];
  }
  return shown.flatMap((operation): OptionFinding[] => {
    const made = answerOf(contract, operation, Buffer.from(exampleOf(operation) ?? ""));
    if ("answer" in made) return [];
    const message =
      `the example of ${operation.id} does not fit its schema, so it is not given: ` + made.wrong;
    return [{ path: ["examples"], severity: "warning", message }];
  });
}
