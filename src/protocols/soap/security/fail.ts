/** How readers of this folder say what is wrong with a Security header. */
import { DocumentFailure, faultOf } from "#contract/document-fault.ts";
import type { SignatureProblem } from "#formats/xml-signature/refuse.ts";
import type { SoapProblem } from "#protocols/soap/problems.ts";

export type SecurityProblem = Extract<SoapProblem, `soap-security${string}`>;

/** SOAP Message Security 1.1.1 §12: the code of the fault for each problem. */
export const securityFaultCodes: Readonly<Record<SecurityProblem, string>> = {
  "soap-security": "InvalidSecurity",
  "soap-security-authentication": "FailedAuthentication",
  "soap-security-check": "FailedCheck",
  "soap-security-algorithm": "UnsupportedAlgorithm",
  "soap-security-token": "SecurityTokenUnavailable",
  "soap-security-expired": "MessageExpired",
};

const place = "Envelope/Header/Security";

export function fail(code: SecurityProblem, message: string): never {
  throw new DocumentFailure({ kind: "fault", code, message, place });
}

const problemBySignature: Readonly<Record<SignatureProblem, SecurityProblem>> = {
  "signature-malformed": "soap-security",
  "signature-algorithm": "soap-security-algorithm",
  "signature-invalid": "soap-security-check",
};

/** What XML Signature says, in the words of WS-Security. */
export function checked<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { code, message } = faultOf(error);
    const problem = problemBySignature[code as SignatureProblem] as SecurityProblem | undefined;
    if (problem === undefined) throw error;
    return fail(problem, message);
  }
}
