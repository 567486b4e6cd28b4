/** Whether instances can be reached, whether they answer past the gateway, what time they have. */
import type { Disk } from "#base/disk.ts";
import type { Platform } from "#base/platform.ts";
import type { Configuration, Instance, Service } from "#configuration/configuration.ts";
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
  { services, policies }: Configuration,
  check: InstanceCheck,
): Promise<readonly DoctorFinding[]> {
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
      return checkInstance(service, one, isSigned, check);
    });
    findings.push(...(await Promise.all(asked)).flat());
  }
  return findings;
}

async function checkInstance(
  { name }: Service,
  instance: Instance,
  isSigned: boolean,
  { platform, disk, timeoutMs, daysMin }: InstanceCheck,
): Promise<readonly DoctorFinding[]> {
  const subject = `${name} at ${instance.url}`;
  const asked = await askInstance(instance, platform, timeoutMs);
  if (asked.kind === "unreachable") {
    const advice = "start it, or correct its URL; until then the gateway passes it over";
    return [{ check: "reach", severity: "error", subject, what: asked.why, advice }];
  }
  const { certificateUntil } = asked;
  return [
    fine("reach", subject, "it takes connections"),
    ...sideDoor(subject, instance, asked, { isSigned, disk }),
    ...(asked.kind === "answer" ? clockOf(subject, asked.date, platform.clock.nowMs()) : []),
    ...(certificateUntil === undefined
      ? []
      : [certificateFinding(subject, certificateUntil, platform.clock.nowMs(), daysMin)]),
  ];
}

function sideDoor(
  subject: string,
  { socketPath }: Instance,
  asked: Exclude<Asked, { kind: "unreachable" }>,
  { isSigned, disk }: { readonly isSigned: boolean; readonly disk: Pick<Disk, "stat"> },
): readonly DoctorFinding[] {
  const check = "side-door";
  if (socketPath !== undefined) {
    const mode = disk.stat(socketPath)?.mode ?? 0;
    if ((mode & 0o002) === 0) return [fine(check, subject, "only users of this machine reach it")];
    const what = `every user of this machine may connect to it: its mode is 0${mode.toString(8)}`;
    const advice = `run chmod 0660 ${socketPath}, with a group that only the gateway is in`;
    return [{ check, severity: "warning", subject, what, advice }];
  }
  if (asked.kind === "silent") {
    const advice = isSigned ? "try it yourself without the gateway's signature" : signAdvice;
    const what = `it takes connections, and could not be asked: ${asked.why}`;
    return [{ check, severity: "warning", subject, what, advice }];
  }
  const { status } = asked;
  if (status === 401 || status === 403) {
    return [fine(check, subject, `it refuses with ${status} who comes past the gateway`)];
  }
  const what = `it answers ${status} to a request that did not come through the gateway`;
  const advice = isSigned
    ? "have it refuse what is not signed: docs/guides/no-side-door.md has examples"
    : signAdvice;
  return [{ check, severity: isSigned ? "error" : "warning", subject, what, advice }];
}

const signAdvice =
  "let nobody but the gateway reach it (a Unix socket, a network of its own), or sign requests " +
  "(`policies: [sign: {}]`) and have it refuse what is not signed";
