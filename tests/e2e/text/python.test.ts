/** Python's own modules as the other side: xmlrpc on both sides, csv and codecs as referees. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import test from "node:test";
import { promisify } from "node:util";
import { startTranslating } from "#tests/e2e/translate/stand.ts";
import { charsetOf } from "#formats/delimited-text/charset.ts";
import { joinCells, splitRows } from "#formats/delimited-text/delimited.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";

const skip = lacksPythonModule("xmlrpc.client");

async function python(code: string, input = ""): Promise<string> {
  const running = promisify(execFile)(pythonWith("csv") ?? "", ["-c", code]);
  running.child.stdin?.end(input);
  return (await running).stdout;
}

const contract = `
parlance: text/1
operations:
  total:
    http: { path: /RPC2, contentType: text/xml }
    request:
      format: xml-rpc
      method: shop.total
      fields:
        - { name: customer }
        - { name: amounts, type: double, many: true }
        - { name: since, type: datetime }
        - { name: options, fields: [{ name: gross, type: bool }, { name: key, type: bytes }] }
    answer:
      format: xml-rpc
      fields: [{ name: total, type: double }, { name: told }, { name: count, type: int }]
    faults:
      refused: { match: "17 {message}", kind: permission_denied }
`;

const server = `
import sys, datetime
from xmlrpc.server import SimpleXMLRPCServer
from xmlrpc.client import Fault
def total(customer, amounts, since, options):
    if customer == "nobody": raise Fault(17, "not <you> & me")
    told = f"{customer} since {since} {options['gross']} {options['key'].data.hex()}"
    return {"total": sum(amounts), "told": told, "count": len(amounts)}
server = SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
server.register_function(total, "shop.total")
print(server.server_address[1], flush=True)
server.serve_forever()
`;

test(
  "xmlrpc.server is called in JSON, and by xmlrpc.client through the gateway",
  { skip },
  async (context) => {
    const child = spawn(pythonWith("xmlrpc.server") ?? "", ["-c", server]);
    context.after(() => child.kill("SIGKILL"));
    const port = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once("line", resolve);
    });
    const gateway = await startTranslating(context, {
      text: `services:\n  shop: { contract: c.yaml, instances: ["http://127.0.0.1:${port}"] }\n`,
      files: { "c.yaml": contract },
    });
    const call = async (customer: string) => {
      const response = await fetch(`${gateway.url}/shop/total`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ...{ customer, amounts: [1.5, 2], since: "2026-11-25T13:20:00" },
          options: { gross: true, key: "AP8=" },
        }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    assert.deepEqual(await call("D\u00fcrer & <Sons>"), {
      ...{ total: 3.5, told: "D\u00fcrer & <Sons> since 20261125T13:20:00 True 00ff", count: 2 },
    });
    const refused = await call("nobody");
    assert.deepEqual([refused["code"], refused["detail"]], ["refused", "not <you> & me"]);
    const client = `
import xmlrpc.client, datetime
proxy = xmlrpc.client.ServerProxy("${gateway.url}/text/shop/RPC2")
ask = lambda who: proxy.shop.total(who, [1.5, 2.25], datetime.datetime(2026, 11, 25), {"gross": False, "key": b"a"})
answer = ask("Ravi")
print(answer["total"], answer["told"], answer["count"])
try: ask("nobody")
except xmlrpc.client.Fault as fault: print(fault.faultCode, fault.faultString)
`;
    const said = await python(client);
    assert.equal(said, "3.75 Ravi since 20261125T00:00:00 False 61 2\n17 not <you> & me\n");
  },
);

const rows = [
  ["a", "b,c", 'd"e', "line\nend", "", " f "],
  ["", '"', '""', ",", "\r\n", "\u00fc"],
];

test("Python's csv reads what is written, and what it writes is read", { skip }, async () => {
  const written = rows.map((row) => joinCells(row, ",", '"', () => "") + "\r\n").join("");
  const read =
    "import csv,sys,json,io; sys.stdin.reconfigure(newline=''); print(json.dumps(list(csv.reader(sys.stdin))))";
  assert.deepEqual(JSON.parse(await python(read, written)), rows);
  for (const quoting of ["QUOTE_MINIMAL", "QUOTE_ALL"]) {
    const write = `import csv,sys,json; sys.stdout.reconfigure(newline=''); csv.writer(sys.stdout, quoting=csv.${quoting}).writerows(json.load(sys.stdin))`;
    assert.deepEqual(splitRows(await python(write, JSON.stringify(rows)), ",", '"', 1_000), rows);
  }
});

test("character sets are those of Python", { skip }, async () => {
  const names = {
    ...({ ibm037: "cp037", ibm273: "cp273", ibm500: "cp500", ibm1140: "cp1140" } as const),
    ...({ ibm850: "cp850", "windows-1250": "cp1250", "windows-1251": "cp1251" } as const),
    ...({ "windows-1252": "cp1252", "iso-8859-1": "latin-1" } as const),
    ...({ "iso-8859-2": "iso8859-2", "iso-8859-15": "iso8859-15" } as const),
  };
  for (const [own, theirs] of Object.entries(names) as [keyof typeof names, string][]) {
    const code =
      "import json\ndef one(b):\n  try: return bytes([b]).decode('" +
      `${theirs}')\n  except UnicodeDecodeError: return None\nprint(json.dumps([one(b) for b in range(256)]))`;
    const expected = JSON.parse(await python(code)) as (string | null)[];
    const charset = charsetOf(own);
    for (const [octet, character] of expected.entries()) {
      const bytes = Buffer.from([octet]);
      if (character === null) assert.throws(() => charset.decode(bytes));
      else {
        assert.equal(charset.decode(bytes), character);
        assert.deepEqual(charset.encode(character), bytes);
      }
    }
  }
});
