/** Clients' certificates that do not hold by time or chain, and handshakes that come in crumbs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import tls from "node:tls";
import { issueCertificate, makeAuthority } from "#tests/support/certificates.ts";
import { temporaryFolder } from "#tests/support/gateway-from-text.ts";
import { startLoadedGateway } from "#tests/support/gateway-under-test.ts";

const spiffe = "spiffe://example.test/billing";

function openssl(folder: string, ...options: readonly string[]): void {
  execFileSync("openssl", options, { cwd: folder, stdio: "pipe" });
}

interface Issued {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** By `openssl ca`, which knows beginnings and ends. @param by name of the authority. */
function issue(folder: string, name: string, by: string, span: readonly string[]): Issued {
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(
    join(folder, "ca.cnf"),
    "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\n" +
      "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n" +
      `[client]\nsubjectAltName=URI:${spiffe}\n[authority]\nbasicConstraints=critical,CA:true\n`,
  );
  const request = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", `${name}.key`, "-out", `${name}.csr`];
  openssl(folder, "req", ...request, "-subj", `/CN=${name}`, ...files);
  const extensions = ["-extensions", name === "between" ? "authority" : "client"];
  const signer = ["-cert", `${by}.crt`, "-keyfile", `${by}.key`, "-in", `${name}.csr`];
  const options = ["-config", "ca.cnf", "-batch", "-notext", "-out", `${name}.crt`];
  openssl(folder, "ca", ...options, ...signer, ...extensions, ...span);
  const read = (end: string): Buffer => readFileSync(join(folder, `${name}.${end}`));
  return { cert: read("crt"), key: read("key") };
}

const days = (from: number, to: number): readonly string[] => {
  const at = (offset: number): string =>
    new Date(Date.now() + offset * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return ["-startdate", at(from), "-enddate", at(to)];
};

async function start(context: TestContext) {
  const folder = temporaryFolder(context);
  const authority = makeAuthority(folder, "root");
  issueCertificate(folder, "server", authority, ["DNS:localhost"]);
  const instance = createServer((_incoming, outgoing) => void outgoing.end("fine"));
  instance.listen(0, "127.0.0.1");
  await once(instance, "listening");
  const { port: up } = instance.address() as AddressInfo;
  const gateway = await startLoadedGateway({
    listen: {
      tls: {
        certificates: [{ cert: `${folder}/server.crt`, key: `${folder}/server.key` }],
        clientCertificates: { ca: authority.certFile, required: false },
      },
    },
    services: { up: { instances: [`http://127.0.0.1:${up}`] } },
    callers: { billing: { certificate: { spiffe }, may: ["*"] } },
    ledger: "off",
    timeouts: { drainMs: 1 },
  });
  context.after(async () => {
    await gateway.close();
    instance.closeAllConnections();
    instance.close();
  });
  const { port } = gateway;
  const ca = readFileSync(authority.certFile);
  const ask = async (pair: Issued): Promise<number> => {
    const asked = { port, host: "localhost", path: "/up/", ca, agent: false, ...pair };
    const [answer] = (await once(https.get(asked), "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode ?? 0;
  };
  return { folder, port, ca, ask };
}

const refused = /ECONNRESET|hang up|alert/i;

test("a certificate that has ended, or has not begun, ends the connection", async (context) => {
  const { folder, ask } = await start(context);
  assert.equal(await ask(issue(folder, "present", "root", days(-1, 1))), 200);
  await assert.rejects(ask(issue(folder, "past", "root", days(-2, -1))), refused);
  await assert.rejects(ask(issue(folder, "future", "root", days(1, 2))), refused);
});

test("a chain counts when it is whole, and what no authority has issued issues nothing", async (context) => {
  const { folder, ask } = await start(context);
  const between = issue(folder, "between", "root", days(-1, 1));
  const leaf = issue(folder, "leaf", "between", days(-1, 1));
  const whole = { ...leaf, cert: Buffer.concat([leaf.cert, between.cert]) };
  assert.equal(await ask(whole), 200);
  await assert.rejects(ask(leaf), refused);
  // A client's certificate is no authority, whatever it signs.
  issue(folder, "plain", "root", days(-1, 1));
  const forged = issue(folder, "forged", "plain", days(-1, 1));
  const plain = readFileSync(join(folder, "plain.crt"));
  await assert.rejects(ask({ ...forged, cert: Buffer.concat([forged.cert, plain]) }), refused);
});

test("a certificate whose handshake comes octet by octet counts all the same", async (context) => {
  const { folder, port, ca } = await start(context);
  const pair = issue(folder, "present", "root", days(-1, 1));
  // Cuts what the client sends into single octets.
  const crumbs = net.createServer((near) => {
    const far = net.connect({ port, host: "127.0.0.1", noDelay: true });
    far.on("data", (bytes: Buffer) => near.write(bytes));
    near.on("data", (bytes: Buffer) => {
      for (const octet of bytes) far.write(Buffer.of(octet));
    });
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
    near.on("close", () => far.destroy());
  });
  crumbs.listen(0, "127.0.0.1");
  await once(crumbs, "listening");
  context.after(() => crumbs.close());
  const { port: through } = crumbs.address() as AddressInfo;
  const socket = tls.connect({ port: through, servername: "localhost", ca, ...pair });
  await once(socket, "secureConnect");
  socket.write("GET /up/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  assert.match(text, /^HTTP\/1\.1 200 /);
});

test("a handshake that is cut in the middle of the certificate harms nobody else", async (context) => {
  const { folder, port, ask } = await start(context);
  const pair = issue(folder, "present", "root", days(-1, 1));
  for (const bytes of ["\x16\x03\x01\x40\x00", "\x16\x03\x01\x00\x01\x0b", "\x16\x03\x01"]) {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    socket.end(Buffer.from(bytes, "latin1"));
    socket.resume();
    await once(socket, "close");
  }
  assert.equal(await ask(pair), 200);
});
