/** What `parlance doctor` finds, and what is to be done about it. */
export interface DoctorFinding {
  readonly check:
    "side-door" | "reach" | "certificate" | "clock" | "port" | "ledger" | "permission" | "exposure";
  /** "fine": it was looked at, and nothing is to be done. */
  readonly severity: "error" | "warning" | "fine";
  /** Service, file, port: what it is about. */
  readonly subject: string;
  readonly what: string;
  /** Absent when nothing is to be done. */
  readonly advice?: string;
}

/** Advice where the operator may not look. */
export const asItsUser = "run it as the gateway's user, or give that user the folder";

export function fine(check: DoctorFinding["check"], subject: string, what: string): DoctorFinding {
  return { check, severity: "fine", subject, what };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
