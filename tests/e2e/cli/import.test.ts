/** `parlance import`: from files and from hosts, and everything that it refuses. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bareEnvironment } from "#tests/support/bare-environment.ts";
import { createFolder, type Folder } from "./run-parlance.ts";

const estate = fileURLToPath(new URL("../../../examples/estate/", import.meta.url));
const wsdl = readFileSync(join(estate, "billing/billing.wsdl"), "utf8");
const configuration = `# mine
version: 1

services:
  hello:   { instances: ["http://127.0.0.1:3000"] } # first

callers: { shop: { key: "\${SHOP_KEY}", may: [ 'hello.*' ] } }
`;

/** What the host serves, by path and query. */
const served = new Map<string, string | { readonly location: string }>();
let host: Server;
/** Nobody named it. */
let foreign: Server;
let foreignAsked = 0;
let url = "";
let asked: string[] = [];

before(async () => {
  for (const name of ["billing.xsd", "common.xsd"]) {
    served.set(`/soap/${name}`, readFileSync(join(estate, "billing", name), "utf8"));
  }
  host = createServer(({ url: path = "" }, response) => {
    asked.push(path);
    const found = served.get(path);
    if (typeof found === "object") response.writeHead(302, found).end();
    else if (found === undefined) response.writeHead(404).end();
    else response.end(found);
  }).listen(0, "127.0.0.1");
  await once(host, "listening");
  foreign = createServer((_request, response) => {
    foreignAsked++;
    response.end("never");
  }).listen(0, "127.0.0.1");
  await once(foreign, "listening");
  url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
});

after(() => {
  host.close();
  foreign.close();
});

/** Not blocking, as the host lives in this process. */
function parlance(folder: Folder, ...args: readonly string[]) {
  const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
  asked = [];
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const options = { cwd: folder.path, env: { ...bareEnvironment } };
    const child = execFile(process.execPath, [main, ...args], options, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

function start(): Folder {
  const folder = createFolder();
  folder.write("parlance.yaml", configuration);
  return folder;
}

const textIn = (folder: Folder, name: string): string =>
  readFileSync(join(folder.path, name), "utf8");

test("a WSDL from a file: its operations are listed, and the rest of the file stays", async () => {
  using folder = start();
  for (const name of ["billing.wsdl", "billing.xsd", "common.xsd"]) {
    folder.write(`soap/${name}`, readFileSync(join(estate, "billing", name), "utf8"));
  }
  const { code, out, err } = await parlance(folder, "import", "soap/billing.wsdl");
  assert.deepEqual({ code, err }, { code: 0, err: "" });
  assert.deepEqual(out.split("\n"), [
    "Added service billing (soap, 5 operations):",
    "  createInvoice  POST /billing/createInvoice",
    "  getInvoice     POST /billing/getInvoice",
    "  listInvoices   POST /billing/listInvoices",
    "  cancelInvoice  POST /billing/cancelInvoice",
    "  notifyPaid     POST /billing/notifyPaid  one-way",
    "It runs at http://127.0.0.1:9102/billing. Wrote parlance.yaml.",
    'Nobody may call it yet: write "billing.*" into the `may` of a caller.',
    "",
  ]);
  const [head, tail] = configuration.split("\n\ncallers") as [string, string];
  const block =
    "\n  billing:\n    contract: soap/billing.wsdl\n" +
    '    instances: ["http://127.0.0.1:9102/billing"]\n';
  assert.equal(textIn(folder, "parlance.yaml"), `${head}${block}\ncallers${tail}`);
});

test("an OpenAPI with --as, --instance and --json", async () => {
  using folder = start();
  folder.write("o.yaml", readFileSync(join(estate, "orders/orders.openapi.yaml"), "utf8"));
  const more = ["--as", "shop-orders", "--instance", "http://a:1", "--instance", "http://b:2"];
  const { code, out } = await parlance(folder, "import", "o.yaml", ...more, "--json");
  assert.equal(code, 0, out);
  const { diagnostics, operations, ...rest } = JSON.parse(out) as Record<string, unknown[]>;
  assert.ok(Array.isArray(diagnostics));
  assert.deepEqual(rest, {
    kind: "added",
    service: "shop-orders",
    contract: "o.yaml",
    instances: ["http://a:1", "http://b:2"],
    dialect: "rest",
    written: ["parlance.yaml"],
    isClosed: true,
  });
  assert.deepEqual(operations?.[0], {
    id: "createOrder",
    method: "POST",
    path: "/shop-orders/orders",
    mode: "unary",
  });
  const checked = await parlance(folder, "describe", "shop-orders");
  assert.equal(checked.code, 0, checked.out);
});

test("a URL: its schemas are fetched along and stand beside the configuration", async () => {
  using folder = start();
  served.set("/soap/billing?wsdl", wsdl);
  const { code, out } = await parlance(folder, "import", `${url}/soap/billing?wsdl`);
  assert.equal(code, 0, out);
  assert.deepEqual(asked.toSorted(), [
    "/soap/billing.xsd",
    "/soap/billing?wsdl",
    "/soap/common.xsd",
  ]);
  assert.equal(textIn(folder, "contracts/billing/billing.wsdl"), wsdl);
  assert.ok(existsSync(join(folder.path, "contracts/billing/common.xsd")));
  assert.match(textIn(folder, "parlance.yaml"), /contract: contracts\/billing\/billing\.wsdl\n/);
  // From now on nobody needs the host.
  asked = [];
  assert.equal((await parlance(folder, "describe", "billing", "--as", "wsdl")).code, 0);
  assert.deepEqual(asked, []);
});

test("references that are no file names are rewritten to those that they became", async () => {
  using folder = start();
  const common = `schemaLocation="${url}/xsd?name=common&amp;v=1"`;
  served.set(
    "/svc",
    wsdl
      .replace('"billing.xsd"', '"xsd?name=billing"')
      .replace('schemaLocation="common.xsd"', common),
  );
  const schema = served.get("/soap/billing.xsd") as string;
  served.set("/xsd?name=billing", schema.replace('schemaLocation="common.xsd"', common));
  served.set("/xsd?name=common&v=1", served.get("/soap/common.xsd") as string);
  const { code, out } = await parlance(folder, "import", `${url}/svc`, "--as", "b");
  assert.equal(code, 0, out);
  assert.match(out, /\(soap, 5 operations\)/);
  const text = textIn(folder, "contracts/b/b.wsdl");
  assert.doesNotMatch(text, /xsd\?name/);
  assert.doesNotMatch(out, /warning|error/);
});

test("of several servers of an OpenAPI the first is taken, and the others are told", async () => {
  using folder = start();
  const servers = "servers: [{ url: 'https://live/v1' }, { url: 'https://staging/v1' }]";
  const paths =
    "paths: { /a: { get: { operationId: a, responses: { 200: { description: b } } } } }";
  folder.write(
    "p.yaml",
    `openapi: 3.0.3\ninfo: { title: P, version: "1" }\n${servers}\n${paths}\n`,
  );
  const { code, out, err } = await parlance(folder, "import", "p.yaml");
  assert.equal(code, 0, err);
  assert.match(textIn(folder, "parlance.yaml"), /instances: \["https:\/\/live\/v1"\]/);
  assert.match(out + err, /info servers-left-out: .* not https:\/\/staging\/v1;/);
});

test("an OpenAPI from a URL that says nothing is called by its title; relative servers hold", async () => {
  using folder = start();
  const document = {
    openapi: "3.1.0",
    info: { title: "Pet Store", version: "1" },
    servers: [{ url: "/v3" }],
    paths: {
      "/pets": { get: { operationId: "listPets", responses: { "204": { description: "" } } } },
    },
  };
  served.set("/moved", { location: "/openapi.json" });
  served.set("/openapi.json", JSON.stringify(document));
  const { code, out } = await parlance(folder, "import", `${url}/openapi.json`);
  assert.equal(code, 0, out);
  assert.match(
    out,
    /^Added service pet-store \(rest, 1 operation\):\n {2}listPets {2}GET \/pet-store\/pets\n/,
  );
  const text = textIn(folder, "parlance.yaml");
  assert.ok(
    text.includes(`contract: contracts/pet-store.json\n    instances: ["${url}/v3"]`),
    text,
  );
  const moved = await parlance(folder, "import", `${url}/moved`, "--as", "moved");
  assert.equal(moved.code, 0, moved.err);
  assert.match(textIn(folder, "parlance.yaml"), /contract: contracts\/moved\.json\n/);
});

test("another host than the one that was named is never asked, and that is said", async () => {
  using folder = start();
  const { port } = foreign.address() as AddressInfo;
  served.set("/foreign", wsdl.replaceAll('"common.xsd"', `"http://127.0.0.1:${port}/common.xsd"`));
  served.set("/billing.xsd", served.get("/soap/billing.xsd") as string);
  const { code, out } = await parlance(folder, "import", `${url}/foreign`, "--as", "f");
  // What can be known without it is taken, as at every start.
  assert.equal(code, 0);
  assert.match(out, /warning reference-not-fetched: .*only 127\.0\.0\.1:\d+ was named/);
  assert.match(out, /warning missing-document: cannot read/);
  served.set("/away", { location: `http://127.0.0.1:${port}/` });
  const away = await parlance(folder, "import", `${url}/away`);
  assert.equal(away.code, 3);
  assert.match(away.err, /redirects to 127\.0\.0\.1:\d+; only/);
  assert.equal(foreignAsked, 0);
});

const refusals: readonly {
  readonly what: string;
  readonly source: string;
  readonly more?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}[] = [
  {
    what: "a name that is taken",
    source: "a.json",
    more: ["--as", "hello"],
    code: 3,
    says: /has a service hello already/,
  },
  { what: "no such file", source: "b.json", code: 3, says: /b\.json cannot be read/ },
  {
    what: "no address",
    source: "a.json",
    code: 3,
    says: /does not say where the service runs .*--instance/,
  },
  {
    what: "a name that cannot be",
    source: "a.json",
    more: ["--as", "soap", "--instance", "http://a"],
    code: 1,
    says: /bad-service-name|"soap"/,
  },
  {
    what: "an address that cannot be",
    source: "a.json",
    more: ["--instance", "ftp://a"],
    code: 1,
    says: /bad-instance-url/,
  },
  {
    what: "no contract at all",
    source: "parlance.yaml",
    more: ["--as", "x", "--instance", "http://a"],
    code: 1,
    says: /unknown-contract/,
  },
  {
    what: "half a WSDL",
    source: "half.wsdl",
    more: ["--instance", "http://a"],
    code: 1,
    says: /half\.wsdl.*error/,
  },
  {
    what: "another scheme",
    source: "ftp://a/b",
    code: 2,
    says: /expected a file, or http or https/,
  },
  {
    what: "a host that is not there",
    source: "http://127.0.0.1:1/x",
    code: 3,
    says: /ECONNREFUSED|cannot be had/,
  },
];

for (const { what, source, more = [], code, says } of refusals) {
  test(`${what} is refused with ${code}, and nothing is written`, async () => {
    using folder = start();
    const paths = {
      "/p": { get: { operationId: "p", responses: { "204": { description: "" } } } },
    };
    const info = { title: "a", version: "1" };
    folder.write("a.json", JSON.stringify({ openapi: "3.1.0", info, paths }));
    folder.write("half.wsdl", wsdl.slice(0, 2_000));
    const ended = await parlance(folder, "import", source, ...more);
    assert.equal(ended.code, code, ended.out + ended.err);
    assert.match(ended.out + ended.err, says);
    assert.equal(textIn(folder, "parlance.yaml"), configuration);
    assert.equal(existsSync(join(folder.path, "contracts")), false);
  });
}

test("without a configuration it says how to get one, and a broken one is shown", async () => {
  using folder = createFolder();
  const none = await parlance(folder, "import", "a.json");
  assert.equal(none.code, 3);
  assert.match(none.err, /parlance\.yaml cannot be read .*parlance init/);
  folder.write("parlance.yaml", "services: [");
  folder.write("a.json", '{"openapi":"3.1.0","info":{"title":"a","version":"1"},"paths":{}}');
  const broken = await parlance(folder, "import", "a.json", "--instance", "http://a");
  assert.equal(broken.code, 1);
  assert.match(broken.out, /yaml-syntax/);
});
