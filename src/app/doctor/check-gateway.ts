/** Whether the gateway runs as the file says, or could; and who may reach what it opens. */
import type { Platform } from "#base/platform.ts";
import type { Configuration, Revision } from "#configuration/configuration.ts";
import { holdPort, portRefusal } from "#runtime/hold-port.ts";
import { fine, type DoctorFinding } from "./finding.ts";

/** @param admin where its admin port should be; undefined: nobody knows. */
export async function checkGateway(
  revision: Revision,
  platform: Platform,
  admin: string | undefined,
): Promise<readonly DoctorFinding[]> {
  const { configuration } = revision;
  const running = admin === undefined ? undefined : await statusAt(platform, admin);
  const ports =
    running === undefined
      ? await checkPorts(configuration, platform)
      : checkRunning(revision, admin as string, running);
  return [...ports, ...exposure(configuration)];
}

interface Status {
  readonly state?: string;
  readonly revision?: string;
}

async function statusAt({ sockets }: Platform, admin: string): Promise<Status | undefined> {
  try {
    const signal = AbortSignal.timeout(2_000);
    const answer = await sockets.fetch(`${admin.replace(/\/$/, "")}/api/v1/status`, { signal });
    return answer.ok ? ((await answer.json()) as Status) : undefined;
  } catch {
    return undefined;
  }
}

function checkRunning(
  { id }: Revision,
  subject: string,
  { state = "-", revision = "-" }: Status,
): readonly DoctorFinding[] {
  const check = "port";
  if (state !== "ready") {
    const advice = "wait until it is ready; its log says what it does";
    return [{ check, severity: "warning", subject, what: `the gateway is ${state}`, advice }];
  }
  if (revision === id) return [fine(check, subject, `the gateway runs with revision ${id}`)];
  const what = `the gateway runs with revision ${revision}, the file makes ${id}`;
  const advice = "its log says why it did not take the file, or the environments of both differ";
  return [{ check, severity: "warning", subject, what, advice }];
}

async function checkPorts(
  { listen }: Configuration,
  platform: Platform,
): Promise<readonly DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  for (const [what, host, port] of [
    ["the port for callers", listen.host, listen.port],
    ["the admin port", listen.adminHost, listen.adminPort],
  ] as const) {
    if (port === 0) continue;
    const subject = `${host}:${port}`;
    try {
      await (await holdPort(platform, host, port)).afterWorkers();
      findings.push(fine("port", subject, `${what} is free`));
    } catch (error) {
      const refusal = portRefusal(error, what, host, port);
      const advice = "stop the other program, or choose another port; if a gateway runs, --admin";
      findings.push({ check: "port", severity: "error", subject, what: refusal, advice });
    }
  }
  return findings;
}

function exposure({ listen, callers }: Configuration): readonly DoctorFinding[] {
  const check = "exposure";
  const { adminHost } = listen;
  const isLocal = adminHost === "localhost" || adminHost === "::1" || adminHost.startsWith("127.");
  const admin: DoctorFinding = isLocal
    ? fine(check, "admin port", "only programs on this machine reach it")
    : {
        ...{ check, severity: "warning", subject: "admin port" },
        what: `whoever reaches ${adminHost} may use the admin API`,
        advice: "leave `listen.adminHost` at 127.0.0.1, or let a firewall keep others off",
      };
  if (callers !== "open") return [admin];
  const what = "`callers: open`: anybody may call anything, and nobody is known";
  const advice = "name callers and what each `may`: docs/guides/identity.md";
  return [admin, { check, severity: "warning", subject: "callers", what, advice }];
}
