/** Whether private keys can be read by others than their owner. */
import type { Disk } from "#base/disk.ts";
import { join } from "node:path";
import type { Configuration } from "#configuration/configuration.ts";
import { layoutOf } from "#ledger/store/layout.ts";
import { signingFolders } from "#app/signing-keys.ts";
import { isSystemError } from "#ledger/store/problems.ts";
import { asItsUser, fine, reasonOf, type DoctorFinding } from "./finding.ts";

export function checkPermissions(
  configuration: Configuration,
  disk: Pick<Disk, "stat" | "list">,
): readonly DoctorFinding[] {
  const { listen, services, ledger, limitStore } = configuration;
  const files = new Set([
    ...(listen.tls?.certificates ?? []).map(({ keyFile }) => keyFile),
    ...services.flatMap(({ instances, wsSecurity }) => [
      ...instances.flatMap(({ tls }) => tls?.keyFile ?? []),
      ...(wsSecurity?.sign === undefined ? [] : [wsSecurity.sign.keyFile]),
    ]),
    ...(limitStore?.tls?.keyFile === undefined ? [] : [limitStore.tls.keyFile]),
  ]);
  const folders = [
    ...signingFolders(configuration),
    ...(ledger === undefined ? [] : [layoutOf(ledger.path).keys]),
  ];
  return [
    ...[...files].flatMap((path) => lookedAt(path, () => permissionOf(path, disk))),
    ...folders.flatMap((folder) => lookedAt(folder, () => permissionOfFolder(folder, disk))),
  ];
}

/** Whoever may not look there cannot use the keys either. */
function lookedAt(subject: string, look: () => readonly DoctorFinding[]): readonly DoctorFinding[] {
  try {
    return look();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const what = `whether others can use it cannot be told: ${reasonOf(error)}`;
    return [{ check: "permission", severity: "warning", subject, what, advice: asItsUser }];
  }
}

function permissionOfFolder(
  folder: string,
  disk: Pick<Disk, "stat" | "list">,
): readonly DoctorFinding[] {
  // It is made at the first start.
  if (disk.stat(folder) === undefined) return [];
  const inside = disk.list(folder).flatMap((name) => permissionOf(join(folder, name), disk));
  return [...permissionOf(folder, disk), ...inside];
}

function permissionOf(path: string, disk: Pick<Disk, "stat">): readonly DoctorFinding[] {
  const check = "permission";
  const found = disk.stat(path);
  // That it is not there is told where it is used.
  if (found === undefined) return [];
  const shown = (mode: number): string => mode.toString(8).padStart(4, "0");
  if ((found.mode & 0o077) === 0) return [fine(check, path, `its mode is ${shown(found.mode)}`)];
  const wanted = shown(found.isFolder ? 0o700 : 0o600);
  const what = `others than its owner can use it: its mode is ${shown(found.mode)}`;
  const advice = `run chmod ${wanted} ${path}, and exchange the key if others may have read it`;
  return [{ check, severity: "error", subject: path, what, advice }];
}
