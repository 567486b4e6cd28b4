/** Texts over the contract of the pairs: plain XML, XML-RPC, and key=value lines over TCP. */
import type { Contract } from "#contract/contract.ts";
import { describeText } from "#protocols/text/describe.ts";
import { text } from "#protocols/text/index.ts";
import { serviceName } from "./face.ts";

export interface PairText {
  readonly name: string;
  readonly file: string;
  readonly isRaw: boolean;
  readonly declared: (contract: Contract) => string;
}

const named =
  "conflict: { when: { /: conflict }, " +
  "take: { why: why, held: held, message: message }, kind: already_exists }";

function oneFormat(format: string, errors: string, conflict: string): string {
  return `parlance: text/1
name: pairs
errors: "${errors}"
operations:
  exchange:
    request: { format: ${format} }
    answer: { format: ${format} }
    faults:
      ${conflict}
`;
}

function textOf(
  name: string,
  slug: string,
  declared: PairText["declared"],
  isRaw = false,
): PairText {
  const file = `${slug}.text.yaml`;
  return { name, file, isRaw, declared };
}

const plainXml = textOf("text in XML", "xml", () =>
  oneFormat(
    "xml",
    "<failure><kind>{kind}</kind><code>{code}</code><message>{message}</message></failure>",
    named,
  ),
);

const xmlRpc = textOf("XML-RPC", "xml-rpc", () =>
  oneFormat(
    "xml-rpc, struct: true",
    "1 {kind} {code}: {message}",
    'conflict: { match: "409 {held} {why}: {message}", kind: already_exists }',
  ),
);

/** As `parlance describe --as text` has it, in frames. */
const linesOverTcp = textOf(
  "lines over TCP",
  "lines",
  (contract) => {
    const described = describeText({ serviceName, contract }, { address: "" }).text;
    return described.replace(
      /^errors: .*$/m,
      "tcp: { request: { length: 4 }, answer: { length: 4 }, keepAlive: true }\n$&",
    );
  },
  true,
);

export const pairTexts: readonly PairText[] = [plainXml, xmlRpc, linesOverTcp];

export function withText(contract: Contract, { file, declared }: PairText): Contract {
  const source = { file: `/${file}`, text: declared(contract), read: () => undefined };
  const faced = text.addFace(source, contract);
  if (faced.diagnostics.some(({ severity }) => severity === "error")) {
    throw new Error(JSON.stringify(faced.diagnostics));
  }
  return faced.contract;
}
