/** WS-Security with real parties: python-zeep, node-soap and xmlsec1 sign and verify. */
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClientAsync, WSSecurityCert } from "soap";
import { envelope } from "#protocols/soap/message-fixture.ts";
import { type CertificateFiles, makeAuthority, readPair } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { lacksPythonModule, pythonWith } from "#tests/support/python.ts";
import { lacks } from "#tests/support/tools.ts";
import { startSecured } from "./secured-gateway.ts";

const script = fileURLToPath(new URL("./call_secured_with_zeep.py", import.meta.url));
const noZeep = lacksPythonModule("zeep") || lacksPythonModule("xmlsec");

interface ZeepResult {
  readonly output?: number;
  readonly fault?: {
    readonly code: string;
    readonly message: string;
    readonly subcodes: readonly string[];
  };
}

interface Stand {
  readonly folder: string;
  readonly erp: CertificateFiles;
  readonly stranger: CertificateFiles;
  readonly callers: string;
}

function prepare(context: TestContext): Stand {
  const folder = temporaryFolder(context);
  const erp = makeAuthority(folder, "erp", "rsa");
  const stranger = makeAuthority(folder, "stranger", "rsa");
  writeFileSync(join(folder, "clerk.password"), "clerk's <secret>\n");
  const callers = `
  clerk: { wsSecurity: { username: clerk, passwordFile: clerk.password }, may: ["billing.*"] }
  erp: { wsSecurity: { certificate: erp.crt }, may: ["billing.getInvoice"] }
  idle: { key: idle-0123456789abcdef, wsSecurity: { username: idle, password: p }, may: [] }
  keyed: { key: keyed-0123456789abcdef, may: ["billing.*"] }`;
  return { folder, erp, stranger, callers };
}

async function callWithZeep(asked: object): Promise<readonly ZeepResult[]> {
  const python = pythonWith("xmlsec") ?? "python3";
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(asked)]);
  return JSON.parse(stdout) as readonly ZeepResult[];
}

const binding = "{urn:example:billing}BillingBinding";

test("zeep proves who calls, or is told why not", { skip: noZeep }, async (context) => {
  const { folder, erp, stranger, callers } = prepare(context);
  const { url, seen } = await startSecured(context, folder, callers);
  const clerk = { how: "username", username: "clerk", password: "clerk's <secret>", digest: true };
  const signed = { how: "signature", key: erp.keyFile, certificate: erp.certFile };
  const binary = { ...signed, how: "binary" };
  const calls: readonly (readonly [object, string])[] = [
    [clerk, "clerk"],
    [signed, "erp"],
    [binary, "erp"],
    [{ ...clerk, digest: false }, "wsse:FailedAuthentication"],
    [{ ...clerk, password: "x" }, "wsse:FailedAuthentication"],
    [{ how: "none" }, "wsse:FailedAuthentication"],
    [
      { ...binary, key: stranger.keyFile, certificate: stranger.certFile },
      "wsse:FailedAuthentication",
    ],
    [{ ...signed, sha1: true }, "wsse:UnsupportedAlgorithm"],
    [{ ...signed, timestamp: false }, "wsse:FailedCheck"],
    [{ ...signed, ageS: 600 }, "wsse:MessageExpired"],
    [{ ...signed, ageS: -600 }, "wsse:InvalidSecurity"],
  ];
  const asked = { wsdl: join(folder, "billing.wsdl"), binding, url };
  const results = await callWithZeep({ ...asked, calls: calls.map(([one]) => one) });
  for (const [index, { output, fault }] of results.entries()) {
    const [how, expected] = calls[index] as (typeof calls)[number];
    const told = fault === undefined ? seen[index]?.caller : fault.code;
    assert.equal(told, expected, JSON.stringify([how, fault]));
    assert.equal(output, fault === undefined ? 4711 : undefined);
  }
  assert.deepEqual(
    seen.map(({ authentication, status }) => `${authentication} ${status}`),
    calls.map(([, expected]) => (expected.startsWith("wsse:") ? "none 500" : "message 200")),
  );
});

test("node-soap's signature is a caller's", async (context) => {
  const { folder, erp, callers } = prepare(context);
  const { url, seen, got } = await startSecured(context, folder, callers);
  const client = await createClientAsync(join(folder, "billing.wsdl"), { endpoint: url });
  const { cert, key } = readPair(erp);
  // In their default form its Ids are in no namespace.
  client.setSecurity(new WSSecurityCert(key.toString(), cert.toString(), ""));
  const [output] = (await client["getInvoiceAsync"]({ id: "4711" })) as [
    { invoice: { id: string } },
  ];
  assert.equal(Number(output.invoice.id), 4711);
  assert.equal(seen[0]?.caller, "erp");
  assert.doesNotMatch(got[0] ?? "", /Security/, "the proof stays at the boundary");
});

function post(url: string, body: string, headers: Record<string, string> = {}) {
  const all = { "content-type": "text/xml", connection: "close", ...headers };
  return fetch(url, { method: "POST", headers: all, body });
}

const get = '<getInvoice xmlns="urn:example:billing"><id>1</id></getInvoice>';
const soap12 = "http://www.w3.org/2003/05/soap-envelope";
const wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

function named(username: string, password: string, mustUnderstand = "1"): string {
  const token = `<w:Username>${username}</w:Username><w:Password>${password}</w:Password>`;
  const content = `<w:UsernameToken>${token}</w:UsernameToken>`;
  return `<w:Security xmlns:w="${wsse}" e:mustUnderstand="${mustUnderstand}">${content}</w:Security>`;
}

test("keys and proofs go together, permissions hold, and faults fit the version", async (context) => {
  const { folder } = prepare(context);
  const callers = `
  clerk:
    wsSecurity: { username: clerk, password: secret, withoutTls: true }
    may: ["billing.getInvoice"]
  both:
    key: both-0123456789abcdef
    wsSecurity: { username: both, password: secret, withoutTls: true }
    may: ["billing.*"]
  keyed: { key: keyed-0123456789abcdef, may: ["billing.*"] }`;
  const { url, origin, seen, got } = await startSecured(context, folder, callers);
  const tell = async (body: string, headers: Record<string, string> = {}) => {
    const answered = await post(url, body, headers);
    const text = await answered.text();
    const broken = answered.headers.get("parlance-fault") ?? "";
    assert.ok(answered.ok || ["client", "policy"].includes(broken), text);
    const fault = /<faultcode[^>]*>([^<]*)|<soap:Subcode><soap:Value[^>]*>([^<]*)/.exec(text);
    const { caller = "nobody" } = seen.at(-1) ?? {};
    return `${answered.status} ${fault?.[1] ?? fault?.[2] ?? "answer"} ${caller}`;
  };
  const key = (name: string) => ({ "x-api-key": `${name}-0123456789abcdef` });
  const clerk = envelope(get, named("clerk", "secret"));
  assert.equal(await tell(clerk), "200 answer clerk");
  const ping = envelope('<ping xmlns="urn:example:billing"/>', named("clerk", "secret"));
  assert.equal(await tell(ping), "500 soap:Client clerk", "may not call it");
  assert.equal(await tell(envelope(get)), "500 wsse:FailedAuthentication nobody");
  assert.equal(await tell(envelope("<x/>")), "500 wsse:FailedAuthentication nobody");
  assert.equal(await tell(envelope(get), key("nobody")), "500 soap:Client nobody");
  assert.equal(await tell(envelope(get), key("both")), "200 answer both");
  assert.equal(await tell(envelope(get, named("both", "secret")), key("both")), "200 answer both");
  assert.match(await tell(clerk, key("both")), /^500 soap:Client/, "two callers at once");
  assert.match(await tell(envelope(get, named("both", "x")), key("both")), /^500 wsse:FailedAuth/);
  const passed = got.length;
  assert.equal(await tell(clerk, key("keyed")), "200 answer keyed");
  assert.match(got[passed] ?? "", /<w:Username>clerk/, "for the service, as before");
  const body12 = envelope(get, named("clerk", "x"), soap12);
  const media12 = { "content-type": "application/soap+xml" };
  assert.equal(await tell(body12, media12), "400 wsse:FailedAuthentication nobody");
  const rest = await fetch(`${origin}/billing/getInvoice`, { method: "POST", body: '{"id":"1"}' });
  assert.equal(rest.status, 401);
  const wsdl = await fetch(`${url}?wsdl`);
  assert.match(await wsdl.text(), /no key was sent/, "documents need a key");
});

const signing = (folder: string) => `    wsSecurity:
      usernameToken: { username: gateway, password: "s <e>", digest: true }
      sign: { certificate: ${folder}/erp.crt, key: ${folder}/erp.key, parts: [body, timestamp, username-token] }
`;

test(
  "what is sent is signed, as xmlsec1 and zeep verify",
  {
    skip: lacks("xmlsec1") || noZeep,
  },
  async (context) => {
    const { folder, erp, stranger, callers } = prepare(context);
    const { url, origin, got } = await startSecured(context, folder, callers, signing(folder));
    const headers = { "x-api-key": "keyed-0123456789abcdef" };
    const json = { ...headers, "content-type": "application/json" };
    const rest = await fetch(`${origin}/billing/getInvoice`, {
      method: "POST",
      headers: json,
      body: '{"id":"4711"}',
    });
    assert.equal(rest.status, 200, await rest.text());
    const soap = await post(url, envelope(get), headers);
    assert.equal(soap.status, 200, "the same dialect, and yet not passed on as it is");
    const [sent = "", second = ""] = got;
    assert.match(second, /<ds:SignatureValue>/);
    const verify = (message: string, { certFile }: CertificateFiles): boolean => {
      const file = join(folder, "sent.xml");
      writeFileSync(file, message);
      const ids = ["Body", "Timestamp", "UsernameToken"].flatMap((name) => ["--id-attr:Id", name]);
      try {
        execFileSync("xmlsec1", ["--verify", "--pubkey-cert-pem", certFile, ...ids, file], {
          stdio: "pipe",
        });
        return true;
      } catch {
        return false;
      }
    };
    assert.equal(verify(sent, erp), true);
    assert.equal(verify(second, erp), true);
    assert.equal(verify(sent, stranger), false);
    assert.equal(verify(sent.replace(">4711<", ">4712<"), erp), false);
    const asked = { wsdl: join(folder, "billing.wsdl"), binding, url, calls: [] };
    const check = { envelope: sent, key: erp.keyFile, certificate: erp.certFile };
    assert.deepEqual(await callWithZeep({ ...asked, verify: check }), []);
    const forged = { ...check, envelope: sent.replace(">4711<", ">4712<") };
    await assert.rejects(callWithZeep({ ...asked, verify: forged }), /SignatureVerificationFailed/);
  },
);

test("what one gateway signs, another takes, once", async (context) => {
  const { folder, callers } = prepare(context);
  const second = await startSecured(context, folder, callers);
  const outer = temporaryFolder(context);
  const first = await startSecured(
    context,
    outer,
    callers.replaceAll(/clerk\.password|erp\.crt/g, `${folder}/$&`),
    signing(folder)
      .replace(/.*usernameToken.*\n/, "")
      .replace(", username-token", ""),
  );
  await post(first.url, envelope(get), { "x-api-key": "keyed-0123456789abcdef" });
  const [sent = ""] = first.got;
  assert.equal((await post(second.url, sent)).status, 200);
  assert.equal(second.seen[0]?.caller, "erp");
  const again = await post(second.url, sent);
  assert.match(await again.text(), /wsse:InvalidSecurity.*the message was received before/s);
  assert.equal(second.got.length, 1);
});
