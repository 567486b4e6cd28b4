/** `parlance call`: one operation through the running gateway. */
import { nodePlatform } from "#base/platform.ts";
import { exitCode, UsageError, type Command, type CommandInput } from "#cli/command.ts";
import {
  configOption,
  configPathOf,
  endWithRefusal,
  loadWithoutKeys,
} from "#cli/configuration-file.ts";
import { httpUrlOf } from "#cli/http-url.ts";
import { complain, print, printJson } from "#cli/print.ts";
import type { CallOutcome } from "#app/call-service.ts";

const inputBytesMax = 16 * 1024 * 1024;
const timeoutMsMax = 3_600_000;

export const call: Command = {
  name: "call",
  summary: "Calls an operation of a service through the running gateway.",
  description: [
    "INPUT is the operation's input as JSON: for a wrapped SOAP operation the children of the " +
      "wrapper, for REST the parameters by name and the request body as `body` (or the body " +
      "itself, when there are no parameters). The answer is JSON, whatever the service speaks; " +
      "64-bit numbers and decimals are text in it.",
    "The key is that of --key, of --as, or of the environment variable PARLANCE_KEY; without " +
      "one, nobody's.",
  ],
  positionals: [
    { name: "TARGET", description: "SERVICE.OPERATION.", isRequired: true },
    {
      name: "INPUT",
      description: "JSON, or - to read it from standard input. Default: {}",
      isRequired: false,
    },
  ],
  options: {
    config: configOption,
    as: { value: "CALLER", description: "The caller of the configuration whose key is sent." },
    key: { value: "KEY", description: "The key that is sent." },
    gateway: {
      value: "URL",
      description: "The gateway. Default: where the configuration says that it listens.",
    },
    timeout: { value: "MS", description: "How long to wait for the answer. Default: 30000" },
  },
  examples: [
    `parlance call billing.getInvoice '{"number":"9007199254740993"}' --as storefront`,
    "parlance call orders.createOrder - --as storefront < order.json",
  ],
  exitCodes: {
    fine: "the operation answered; its output is printed",
    findings: "it failed: the fault says who broke it; or there is no such operation",
    refused: "the configuration cannot be read, or the gateway does not answer",
  },
  async run(input) {
    const [target = "", given = "{}"] = input.positionals;
    if (!/^[^.]+\.[^]+$/.test(target)) {
      const message = `TARGET is ${JSON.stringify(target)}; expected SERVICE.OPERATION`;
      throw new UsageError(message);
    }
    const gateway = httpUrlOf(input, "gateway");
    const timeoutMs = timeoutOf(input);
    const path = configPathOf(input);
    const loaded = await loadWithoutKeys(path);
    if (loaded.revision === undefined) return endWithRefusal(input, loaded);
    const key = await keyFor(input, path);
    const text = given === "-" ? await readInput() : given;
    const { callService } = await import("#app/call-service.ts");
    const options = { target, input: text, key, gateway, timeoutMs };
    const outcome = await callService(loaded.revision, options, nodePlatform);
    if (input.json) tellJson(outcome);
    else tell(outcome);
    if (outcome.kind === "answer") return exitCode.fine;
    return outcome.kind === "unreachable" ? exitCode.refused : exitCode.findings;
  },
};

function timeoutOf(input: CommandInput): number {
  const text = input.text("timeout") ?? "30000";
  const timeoutMs = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (timeoutMs > 0 && timeoutMs <= timeoutMsMax) return timeoutMs;
  const expected = `expected milliseconds from 1 to ${timeoutMsMax}`;
  throw new UsageError(`--timeout is ${JSON.stringify(text)}; ${expected}`);
}

async function keyFor(input: CommandInput, path: string): Promise<string | undefined> {
  const key = input.text("key");
  const caller = input.text("as");
  if (key !== undefined && caller !== undefined) {
    throw new UsageError("the key is given twice: by --key and by --as");
  }
  if (caller === undefined) return key ?? process.env["PARLANCE_KEY"];
  const { keyOfCaller } = await import("#app/caller-key.ts");
  const found = keyOfCaller(path, caller, process.env, nodePlatform);
  if (found.kind === "refused") throw new UsageError(`--as: ${found.message}`, found.suggestion);
  return found.key;
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Buffer | string);
    length += bytes.length;
    if (length > inputBytesMax) {
      throw new UsageError(`standard input has more than ${inputBytesMax} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Output and detail are JSON texts, put in as they are: parsed, exact numbers would be rounded. */
function tellJson(outcome: CallOutcome): void {
  if (outcome.kind === "answer") {
    const { output, ...rest } = outcome;
    printJson(rest, { output: output === "" ? "null" : output });
  } else if (outcome.kind === "fault") {
    const { detail, ...rest } = outcome;
    printJson(rest, detail === undefined ? {} : { detail });
  } else printJson(outcome);
}

function tell(outcome: CallOutcome): void {
  switch (outcome.kind) {
    case "answer":
      if (outcome.output !== "") print(outcome.output);
      return;
    case "refused": {
      const hint = outcome.suggestion === undefined ? "" : ` (${outcome.suggestion})`;
      return complain(`parlance call: ${outcome.message}${hint}`);
    }
    case "unreachable":
      return complain(`parlance call: ${outcome.message}`);
    case "fault": {
      const { code, message, place, detail, status, blame, exchange } = outcome;
      const where = place === undefined || place === "" ? "" : ` at ${place}`;
      complain(`${code}${where}: ${message}`);
      if (detail !== undefined) complain(`Detail: ${detail}`);
      complain(
        status === undefined
          ? "Nothing was sent: the input is not what the contract asks for."
          : `Broken by: ${blame} (status ${status}, exchange ${exchange ?? "unknown"})`,
      );
    }
  }
}
