/**
 * Operating errors: expected, named, documented, rendered as problem+json (RFC 9457 §3).
 * A folder defines its own catalogue; the data plane passes them as values and never throws them.
 */
import type { Blame, FaultKind } from "./fault-kind.ts";

export interface ProblemDefinition {
  /** Stable slug: the end of the RFC 9457 `type` and the anchor in docs/reference/problems.md. */
  readonly code: string;
  readonly title: string;
  readonly httpStatus: number;
  readonly faultKind: FaultKind;
  readonly blame: Blame;
}

/** One occurrence of a problem. `detail` goes to the caller; `cause` goes to the log only. */
export interface Problem {
  readonly definition: ProblemDefinition;
  readonly detail: string;
  readonly cause?: unknown;
  /** Seconds, sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** Of OAuth: what a token would have to be for, sent in `WWW-Authenticate`. */
  readonly scopes?: readonly string[];
  /** In the message that it is about: `/lines/3/price`, `Envelope/Body/...`. */
  readonly place?: string;
}

type ProblemFactory = (
  detail: string,
  more?: Pick<Problem, "cause" | "retryAfterS" | "scopes" | "place">,
) => Problem;

type ProblemFactories<Definitions> = { readonly [Code in keyof Definitions]: ProblemFactory };

export type ProblemCatalogue<Definitions> = ProblemFactories<Definitions> & {
  readonly definitions: readonly ProblemDefinition[];
};

/** Turns a table of definitions, keyed by code, into factories of the same names. */
export function defineProblems<
  const Definitions extends Record<string, Omit<ProblemDefinition, "code">>,
>(table: Definitions): ProblemCatalogue<Definitions> {
  const definitions: ProblemDefinition[] = [];
  const factories: Record<string, ProblemFactory> = {};
  for (const [code, rest] of Object.entries(table)) {
    const definition: ProblemDefinition = { code, ...rest };
    definitions.push(definition);
    factories[code] = (detail, more) => ({ definition, detail, ...more });
  }
  return { ...factories, definitions } as ProblemCatalogue<Definitions>;
}

/** Tells a problem from the value that a function returns when there is none. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "definition" in value && "detail" in value;
}
