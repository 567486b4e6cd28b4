/** How readers of this folder say what is wrong: by the catalogue, with its place. */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { SoapProblem } from "./problems.ts";

/** Outside of any element. */
export function refuse(code: SoapProblem, message: string, place = ""): never {
  throw new DocumentFailure({ kind: "fault", code, message, place });
}
