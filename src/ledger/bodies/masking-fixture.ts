/** What tests of masking keep secret, and how bodies come to them. */
import type { BodyForm } from "./mask-body.ts";
import { createSensitiveNames } from "./sensitive-names.ts";

export const secret = "s3cr3t";
export const names = createSensitiveNames(["cardNumber", "pin"]);
export const bytesMax = 1024 * 1024;

export function form(contentType: string, more: Partial<BodyForm> = {}): BodyForm {
  return { contentType, contentEncoding: undefined, isCut: false, ...more };
}
