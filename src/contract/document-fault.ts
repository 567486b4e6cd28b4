/**
 * What is wrong with a message, said by the formats, which know neither calls nor protocols: a
 * protocol turns it into its Fault, with the kind and the blame that fit the direction.
 */
export interface DocumentFault {
  readonly kind: "fault";
  /** Stable slug: `malformed-xml`, `unexpected-element`, `invalid-value`, `limit-exceeded`. */
  readonly code: string;
  /** Names what is wrong, and what was expected. */
  readonly message: string;
  /** `Envelope/Body/order/lines[3]/price` (from 1), `/body/lines/3/price`; "" at the top. */
  readonly place: string;
  /** 1-based, where the document has lines. */
  readonly line?: number;
  readonly column?: number;
}

/** The message with its line, which readers of XML put there themselves. */
export function withLine({ message, line, column }: DocumentFault): string {
  const where = line === undefined ? "" : ` (line ${line}, column ${column ?? 1})`;
  return message.endsWith(where) ? message : message + where;
}

/** Carries a DocumentFault out of nested readers; what a compiled codec returns is the value. */
export class DocumentFailure extends Error {
  override readonly name = "DocumentFailure";
  readonly fault: DocumentFault;

  constructor(fault: DocumentFault) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Runs a reader or writer; what it threw as a DocumentFailure comes back as the fault. */
export function orFault<T>(run: () => T): T | DocumentFault {
  try {
    return run();
  } catch (error) {
    return faultOf(error);
  }
}

/** For catch clauses: the fault of a DocumentFailure; anything else goes on. */
export function faultOf(error: unknown): DocumentFault {
  if (error instanceof DocumentFailure) return error.fault;
  throw error;
}
