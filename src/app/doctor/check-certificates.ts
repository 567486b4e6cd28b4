/** Certificates that have ended, or are about to. */
import { X509Certificate } from "node:crypto";
import type { Files } from "#base/platform.ts";
import type { Configuration } from "#configuration/configuration.ts";
import { fine, reasonOf, type DoctorFinding } from "./finding.ts";

const dayMs = 86_400_000;
const begin = "-----BEGIN CERTIFICATE-----";

export function checkCertificates(
  { listen, services, limitStore }: Configuration,
  files: Pick<Files, "read">,
  nowMs: number,
  daysMin: number,
): readonly DoctorFinding[] {
  const { certificates = [], clientCertificates } = listen.tls ?? {};
  const paths = new Set([
    ...certificates.map(({ certFile }) => certFile),
    ...(clientCertificates === undefined ? [] : [clientCertificates.caFile]),
    ...[
      ...services.flatMap(({ instances }) => instances),
      ...(limitStore ? [limitStore] : []),
    ].flatMap(({ tls }) => [tls?.caFile ?? [], tls?.certFile ?? []].flat()),
  ]);
  return [...paths].flatMap((path): readonly DoctorFinding[] => {
    try {
      const [, ...blocks] = files.read(path).toString("latin1").split(begin);
      const until = blocks.map((block) => new X509Certificate(begin + block).validTo);
      // A chain, or a list of authorities, holds as long as what ends first.
      const [first] = until.toSorted((a, b) => Date.parse(a) - Date.parse(b));
      return first === undefined ? [] : [certificateFinding(path, first, nowMs, daysMin)];
    } catch (error) {
      const advice = "put a PEM file there that the gateway can read";
      return [
        { check: "certificate", severity: "error", subject: path, what: reasonOf(error), advice },
      ];
    }
  });
}

/** @param until as certificates have it. */
export function certificateFinding(
  subject: string,
  until: string,
  nowMs: number,
  daysMin: number,
): DoctorFinding {
  const check = "certificate";
  const untilMs = Date.parse(until);
  const days = Math.floor((untilMs - nowMs) / dayMs);
  const on = new Date(untilMs).toISOString().slice(0, 10);
  if (untilMs <= nowMs) {
    const advice = "renew it; the gateway reads a new file by itself";
    return { check, severity: "error", subject, what: `the certificate ended on ${on}`, advice };
  }
  if (days >= daysMin) return fine(check, subject, `the certificate holds until ${on}`);
  const advice = "renew it; the gateway reads a new file by itself";
  const what = `the certificate ends on ${on}, in ${days} days`;
  return { check, severity: "warning", subject, what, advice };
}
