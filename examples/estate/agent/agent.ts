/**
 * What an AI agent does with the gateway, without the AI: it lists the tools that its key may call,
 * and calls two of them. `node agent.ts ADDRESS KEY [TOOL ARGUMENTS]...`
 */
import { parseArgs } from "node:util";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const usage = "node agent.ts http://127.0.0.1:8080/mcp KEY [TOOL ARGUMENTS]...";

interface Wish {
  readonly tool: string;
  readonly given: Record<string, unknown>;
}

/** As a model would choose: what only reads, and wants no more than can be made up. */
const usual: readonly Wish[] = [
  { tool: "orders.listOrders", given: {} },
  { tool: "billing.listInvoices", given: { since: "2026-01-01T00:00:00Z", limit: 2 } },
];

async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [address, key, ...words] = positionals;
  if (address === undefined || !URL.canParse(address) || words.length % 2 === 1) {
    console.error(`usage: ${usage}`);
    return 2;
  }
  const options = { versionNegotiation: { mode: "auto" } } as const;
  const client = new Client({ name: "agent", version: "1" }, options);
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const transport = new StreamableHTTPClientTransport(new URL(address), {
    requestInit: { headers },
  });
  await client.connect(transport);
  try {
    const { tools } = await client.listTools();
    for (const { name, description, annotations } of tools) {
      const hint = annotations?.readOnlyHint === true ? "reads" : "changes";
      console.log(`${name} (${hint}) ${description?.split("\n")[0] ?? ""}`.trim());
    }
    const wishes = words.length === 0 ? usual : wishesIn(words);
    const outcomes: boolean[] = [];
    for (const wish of wishes) outcomes.push(await call(client, wish));
    return outcomes.every(Boolean) ? 0 : 1;
  } finally {
    await client.close();
  }
}

function wishesIn(words: readonly string[]): readonly Wish[] {
  const wishes: Wish[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const given = JSON.parse(words[index + 1] ?? "{}") as Record<string, unknown>;
    wishes.push({ tool: words[index] ?? "", given });
  }
  return wishes;
}

/** @returns whether the tool did what was asked. */
async function call(client: Client, { tool, given }: Wish): Promise<boolean> {
  const result = await client.callTool({ name: tool, arguments: given });
  const texts = result.content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const failed = result.isError === true;
  console.log(`${tool} ${failed ? "failed" : "answered"}: ${texts.join("\n")}`);
  return !failed;
}

process.exitCode = await main();
