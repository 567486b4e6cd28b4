/** Runs `parlance doctor` on services of a test's own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { DoctorFinding } from "#app/doctor/finding.ts";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
export const callers = { shop: { key: "key-of-shop-0123456789", may: ["*"] } };

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** Those of one check that are about it. */
  readonly of: (check: string, subject: string) => readonly DoctorFinding[];
}

export interface Stand {
  readonly folder: string;
  readonly serve: (listener: RequestListener, where?: string) => Promise<string>;
  readonly doctor: (configuration: object, ...args: readonly string[]) => Promise<Ended>;
}

export function stand(context: TestContext): Stand {
  const folder = mkdtempSync(join(tmpdir(), "parlance-doctor-"));
  const servers: Server[] = [];
  context.after(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    async serve(listener, where) {
      const server = createServer(listener);
      servers.push(server);
      return listen(server, where);
    },
    async doctor(configuration, ...args) {
      const file = join(folder, "parlance.yaml");
      const plain = { version: 1, callers, ledger: "off", ...configuration };
      const listens = { listen: { port: 0, adminPort: 0 } };
      writeFileSync(file, JSON.stringify({ ...listens, ...plain }));
      return run(["doctor", "--config", file, "--json", ...args]);
    },
  };
}

export async function listen(server: Server, where?: string): Promise<string> {
  await new Promise<void>((resolve) => {
    if (where === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(where, resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function run(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_error, out, err) => {
      const { findings = [] } = (args.includes("--json") ? JSON.parse(out || "{}") : {}) as {
        readonly findings?: readonly DoctorFinding[];
      };
      resolve({
        code: child.exitCode ?? -1,
        out,
        err,
        of: (check, subject) =>
          findings.filter((one) => one.check === check && one.subject.includes(subject)),
      });
    });
  });
}

export const fine: RequestListener = (_request, response) => void response.end("fine");
export const refusing: RequestListener = (_request, response) => {
  response.statusCode = 403;
  response.end();
};
