/** Octets that are given as hexadecimal digits, in ASCII. */

/** Of the two digits at `at`. */
export function octetOf(digits: Uint8Array, at: number): number {
  return (digitValue(digits[at] as number) << 4) | digitValue(digits[at + 1] as number);
}

/** The low bits of a digit are its value; those of a letter begin with 1. */
export function digitValue(code: number): number {
  return (code & 15) + 9 * (code >> 6);
}
