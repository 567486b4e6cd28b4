/** Whether somebody's clock is as the one here, by the `Date` of an answer. */
import { fine, type DoctorFinding } from "./finding.ts";

/** A clock that is so far off makes signatures and tokens expire early, or count too long. */
const skewMsMax = 5_000;

export function clockOf(
  subject: string,
  date: string | undefined,
  nowMs: number,
): readonly DoctorFinding[] {
  const theirMs = Date.parse(date ?? "");
  if (Number.isNaN(theirMs)) return [];
  // Dates have no fractions.
  const offMs = Math.max(0, Math.abs(nowMs - theirMs) - 1_000);
  if (offMs <= skewMsMax) return [fine("clock", subject, "its clock is as the one here")];
  const direction = theirMs > nowMs ? "ahead of" : "behind";
  const what = `its clock is ${Math.round(offMs / 1_000)} s ${direction} the one here`;
  const advice = "let both follow a time server (NTP): signatures and tokens count by clocks";
  return [{ check: "clock", severity: "warning", subject, what, advice }];
}
