/** Whether instances can be reached, whether they answer past the gateway, what time they have. */
import type { Disk } from "#base/disk.ts";
import type { Platform } from "#base/platform.ts";
import type { Configuration, Instance, Revision, Service } from "#configuration/configuration.ts";
import type { Contract } from "#contract/contract.ts";
import { askInstance, type Asked } from "./ask-instance.ts";
import { certificateFinding } from "./check-certificates.ts";
import { clockOf } from "./check-clock.ts";
import { findInstances } from "./find-instances.ts";
import { fine, type DoctorFinding } from "./finding.ts";

export interface InstanceCheck {
  readonly platform: Platform;
  readonly disk: Pick<Disk, "stat">;
  readonly timeoutMs: number;
  readonly daysMin: number;
}

const atOnce = 16;

export async function checkInstances(
  { configuration, contracts }: Pick<Revision, "configuration" | "contracts">,
  check: InstanceCheck,
): Promise<readonly DoctorFinding[]> {
  const { services, policies }: Configuration = configuration;
  const general = policies.some(({ name }) => name === "sign");
  const found = await Promise.all(
    services.map((service) => findInstances(service, check.platform)),
  );
  const all = services.flatMap((service, index) =>
    (found[index]?.instances ?? []).map((one) => ({ service, one })),
  );
  const findings: DoctorFinding[] = found.flatMap((one) => one.findings);
  for (let from = 0; from < all.length; from += atOnce) {
    const asked = all.slice(from, from + atOnce).map(({ service, one }) => {
      const isSigned = general || service.policies.some(({ name }) => name === "sign");
      const call = callOf(service, contracts.get(service.name));
      return checkInstance(service, one, { isSigned, call }, check);
    });
    findings.push(...(await Promise.all(asked)).flat());
  }
  return findings;
}

interface Expected {
  readonly isSigned: boolean;
  readonly call: ProbeCall | undefined;
}

/** A call of gRPC that changes nothing. */
interface ProbeCall {
  readonly path: string;
  /** Whether such a method is there, so that what it answers says how calls are taken. */
  readonly isThere: boolean;
}

/** Undefined: its instances speak no gRPC. */
function callOf({ speaks }: Service, contract: Contract | undefined): ProbeCall | undefined {
  if ((speaks ?? contract?.dialect) !== "grpc") return undefined;
  for (const { safety, mode, grpc } of contract?.operations ?? []) {
    if (safety !== "safe" || mode !== "unary" || grpc === undefined) continue;
    return { path: `/${grpc.service}/${grpc.method}`, isThere: true };
  }
  return { path: "/parlance.Doctor/Ask", isThere: false };
}

async function checkInstance(
  { name }: Service,
  instance: Instance,
  { isSigned, call }: Expected,
  { platform, disk, timeoutMs, daysMin }: InstanceCheck,
): Promise<readonly DoctorFinding[]> {
  const subject = `${name} at ${instance.url}`;
  const spoken = call === undefined ? instance : { ...instance, http2: true };
  const ask = (identified: boolean): Promise<Asked> =>
    askInstance(spoken, { identified, callPath: call?.path, timeoutMs }, platform);
  const asked = await ask(true);
  if (asked.kind === "unreachable") {
    const advice = "start it, or correct its URL; until then the gateway passes it over";
    return [{ check: "reach", severity: "error", subject, what: asked.why, advice }];
  }
  const { certificateUntil } = asked;
  return [
    fine("reach", subject, "it takes connections"),
    ...(instance.tls?.certFile === undefined
      ? sideDoor(subject, instance, asked, { isSigned, call, disk })
      : withoutCertificate(subject, asked, await ask(false), isSigned)),
    ...(asked.kind === "answer" ? clockOf(subject, asked.date, platform.clock.nowMs()) : []),
    ...(certificateUntil === undefined
      ? []
      : [certificateFinding(subject, certificateUntil, platform.clock.nowMs(), daysMin)]),
  ];
}

/** The gateway shows a certificate of its own there: who has none is to be refused. */
function withoutCertificate(
  subject: string,
  asked: Asked,
  stranger: Asked,
  isSigned: boolean,
): readonly DoctorFinding[] {
  const check = "side-door";
  if (stranger.kind !== "answer") {
    const what = `it refuses who has not the gateway's certificate: ${stranger.why}`;
    return [fine(check, subject, what)];
  }
  // Some servers end the handshake first, and say then what was missing in it (nginx: 400).
  const isOther = asked.kind === "answer" && asked.status !== stranger.status;
  if (isRefusal(stranger) || (isOther && stranger.status === 400)) {
    const what = `it refuses with ${told(stranger)} who has not the gateway's certificate`;
    return [fine(check, subject, what)];
  }
  return [
    doorFinding(
      subject,
      `it answers ${told(stranger)} without the gateway's certificate`,
      isSigned,
    ),
  ];
}

type Answered = Extract<Asked, { kind: "answer" }>;

function isRefusal({ status, grpcStatus }: Answered): boolean {
  return status === 401 || status === 403 || grpcStatus === 7 || grpcStatus === 16;
}

function told({ status, grpcStatus }: Answered): string {
  return grpcStatus === undefined ? `${status}` : `gRPC status ${grpcStatus}`;
}

function sideDoor(
  subject: string,
  { socketPath }: Instance,
  asked: Exclude<Asked, { kind: "unreachable" }>,
  { isSigned, call, disk }: Expected & { readonly disk: Pick<Disk, "stat"> },
): readonly DoctorFinding[] {
  const check = "side-door";
  if (socketPath !== undefined) {
    const mode = disk.stat(socketPath)?.mode ?? 0;
    if ((mode & 0o002) === 0) return [fine(check, subject, "only users of this machine reach it")];
    const what = `every user of this machine may connect to it: its mode is 0${mode.toString(8)}`;
    const advice = `run chmod 0660 ${socketPath}, with a group that only the gateway is in`;
    return [{ check, severity: "warning", subject, what, advice }];
  }
  if (asked.kind === "answer" && isRefusal(asked)) {
    const what = `it refuses with ${told(asked)} who comes past the gateway`;
    return [fine(check, subject, what)];
  }
  const advice = isSigned ? "try it yourself without the gateway's signature" : signAdvice;
  if (asked.kind === "silent") {
    const what = `it takes connections, and could not be asked: ${asked.why}`;
    return [{ check, severity: "warning", subject, what, advice }];
  }
  if (call?.isThere === false) {
    const answered = `it answers ${told(asked)} to a method that is not there`;
    const what = `${answered}; none of its is safe to call`;
    return [{ check, severity: "warning", subject, what, advice }];
  }
  const what = `it answers ${told(asked)} to a request that did not come through the gateway`;
  return [doorFinding(subject, what, isSigned)];
}

function doorFinding(subject: string, what: string, isSigned: boolean): DoctorFinding {
  const advice = isSigned
    ? "have it refuse what is not signed: docs/guides/no-side-door.md has examples"
    : signAdvice;
  const severity = isSigned ? "error" : "warning";
  return { check: "side-door", severity, subject, what, advice };
}

const signAdvice =
  "let nobody but the gateway reach it (a Unix socket, a network of its own), or sign requests " +
  "(`policies: [sign: {}]`) and have it refuse what is not signed";
