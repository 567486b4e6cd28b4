/** Failures as problem documents (RFC 9457), the only form in which this service reports them. */
export interface PointedError {
  /** JSON Pointer (RFC 6901) into the body, or `query/limit` and the like. */
  readonly pointer: string;
  readonly detail: string;
}

export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly slug: string;
  readonly title: string;
  readonly errors: readonly PointedError[] | undefined;

  constructor(
    status: number,
    slug: string,
    title: string,
    detail: string,
    errors?: readonly PointedError[],
  ) {
    super(detail);
    this.status = status;
    this.slug = slug;
    this.title = title;
    this.errors = errors;
  }
}

export function noSuchOrder(id: string): ProblemError {
  return new ProblemError(404, "no-such-order", "No such order", `There is no order ${id}.`);
}

export function problemBody(error: ProblemError, instance: string): Record<string, unknown> {
  return {
    type: `https://orders.example/problems/${error.slug}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    instance,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}
