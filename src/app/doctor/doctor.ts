/** All checks of `parlance doctor`, from outside: nothing is changed. */
import { nodeDisk, type Platform } from "#base/platform.ts";
import type { Revision } from "#configuration/configuration.ts";
import { checkCertificates } from "./check-certificates.ts";
import { checkGateway } from "./check-gateway.ts";
import { checkInstances } from "./check-instances.ts";
import { checkIssuers } from "./check-issuers.ts";
import { checkLedger } from "./check-ledger.ts";
import { checkPermissions } from "./check-permissions.ts";
import type { DoctorFinding } from "./finding.ts";

export interface DoctorOptions {
  /** URL of the admin port; undefined: nobody knows. */
  readonly admin: string | undefined;
  /** How long each instance is waited for. */
  readonly timeoutMs: number;
  /** Certificates that end earlier are told. */
  readonly daysMin: number;
}

export async function examine(
  revision: Revision,
  platform: Platform,
  { admin, timeoutMs, daysMin }: DoctorOptions,
): Promise<readonly DoctorFinding[]> {
  const { configuration } = revision;
  const { clock, files, random } = platform;
  const instances = { platform, disk: nodeDisk, timeoutMs, daysMin };
  return [
    ...(await checkGateway(revision, platform, admin)),
    ...(await checkInstances(revision, instances)),
    ...(await checkIssuers(configuration, platform, timeoutMs)),
    ...checkCertificates(configuration, files, clock.nowMs(), daysMin),
    ...checkPermissions(configuration, nodeDisk),
    ...checkLedger(configuration, nodeDisk, random.bytes(8).toString("hex")),
  ];
}
