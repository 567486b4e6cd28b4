/**
 * Who calls, where there are other proofs than keys in headers. Every proof that a request carries
 * is looked at, in the configured order: all have to hold and to name the same caller.
 */
import type { Problem } from "#base/problem.ts";
import { callerNameAt } from "#configuration/callers.ts";
import type { Configuration } from "#configuration/configuration.ts";
import type {
  BodyDigest,
  ProofCaller,
  ProofField,
  ProofKind,
  ProofOutcome,
  ProofRequest,
  ProofSite,
  Proven,
  Prover,
} from "#extension/proof.ts";
import { fieldNames } from "#wire/field-names.ts";
import type { Authorization } from "./authorization.ts";
import type { Authentication, ExchangeRecord } from "./exchange-record.ts";
import { dropBearerBeside, fieldSentTwice } from "./header-keys.ts";
import { createKeyProver, cutKeys } from "./key-prover.ts";
import { problems } from "./problems.ts";

export interface Identity {
  /** Nothing is noted in the exchange yet: by the time a promise is kept it may be another one. */
  look(exchange: IdentifiedExchange): Findings | Promise<Findings>;
  /** Notes who calls. @returns why it is refused; undefined: it is known. */
  conclude(exchange: ExchangeRecord, found: Findings): Problem | undefined;
  /** Field lines that go with a refusal. */
  challenges(problem: Problem): string;
}

export type IdentifiedExchange = ExchangeRecord & ProofRequest;

export interface IdentityParts extends Omit<ProofSite, "isKey"> {
  readonly kinds: readonly ProofKind[];
}

/** What was found in a request. */
export interface Findings {
  /** Why it counts for nothing; nobody was asked then. */
  readonly refused: Problem | undefined;
  proven: Proven | undefined;
  by: NamedProver | undefined;
  /** Of all proofs that hold. */
  readonly fields: ProofField[];
  readonly broken: Extract<ProofOutcome, { kind: "refused" | "unmatched" }>[];
  conflict: Problem | undefined;
  bodyDigest: BodyDigest | undefined;
}

interface NamedProver {
  readonly name: string;
  readonly authentication: Authentication;
  readonly prover: Prover;
}

/** Undefined: keys in headers are all there is. Throws when a proof cannot be made. */
export function createIdentity(
  configuration: Configuration,
  authorization: Authorization,
  parts: IdentityParts,
): Identity | undefined {
  const { identity, callers } = configuration;
  if (identity === undefined || callers === "open") return undefined;
  const isKey = (text: string): boolean => authorization.callerOf(text) !== undefined;
  const site: ProofSite = { ...parts, isKey };
  const provers = identity.order.flatMap((name): NamedProver[] => {
    if (name === "key") {
      const prover = createKeyProver(authorization, identity.key);
      return [{ name, authentication: "key", prover }];
    }
    const kind = parts.kinds.find((one) => one.name === name);
    if (kind === undefined) throw new Error(`there is no proof ${name} in this build`);
    const uses = usesOf(configuration, kind);
    if (uses.callers.length === 0) return [];
    return [{ name, authentication: kind.authentication, prover: kind.create(uses, site) }];
  });
  const nameOf = (caller: number): string => callerNameAt(callers, caller) ?? "";

  function note(found: Findings, by: NamedProver, outcome: ProofOutcome): void {
    if (outcome === undefined) return;
    if (outcome.kind !== "proven") return void found.broken.push(outcome);
    if (outcome.field !== undefined) found.fields.push(outcome.field);
    if (outcome.bodyDigest !== undefined) found.bodyDigest = outcome.bodyDigest;
    const { proven, by: first } = found;
    if (proven === undefined || first === undefined) {
      found.proven = outcome;
      found.by = by;
    } else if (proven.caller !== outcome.caller) {
      const detail =
        `the ${first.name} is that of ${nameOf(proven.caller)}, ` +
        `and the ${by.name} that of ${nameOf(outcome.caller)}`;
      found.conflict ??= problems["credentials-conflict"](detail);
    } else {
      // A certificate or a signature says which program it is, a token for which person.
      const isPersons = by.name === "token";
      found.proven = isPersons ? { ...proven, ...outcome } : { ...outcome, ...proven };
    }
  }

  /** The rest is read now: later it may be about another request. */
  async function goOn(
    exchange: IdentifiedExchange,
    found: Findings,
    from: number,
    coming: Promise<ProofOutcome>,
  ): Promise<Findings> {
    const value = authorizationIn(exchange);
    const rest = provers.slice(from).map(({ prover }) => prover.prove(exchange, value));
    const outcomes = await Promise.all([coming, ...rest]);
    for (const [index, outcome] of outcomes.entries()) {
      note(found, provers[from - 1 + index] as NamedProver, outcome);
    }
    return found;
  }

  function unknown({ broken }: Findings): Problem {
    for (const outcome of broken) {
      if (outcome.kind === "unmatched") return problems["caller-unknown"](outcome.why);
    }
    const names = provers.map(({ name }) => name).join(", ");
    return problems["caller-unknown"](`no proof of who calls was sent; expected one of: ${names}`);
  }

  return {
    look(exchange) {
      const found = begin(fieldSentTwice(exchange.caller.head));
      if (found.refused !== undefined) return found;
      let value = authorizationIn(exchange);
      for (let index = 0; index < provers.length; index++) {
        const by = provers[index] as NamedProver;
        const outcome = by.prover.prove(exchange, value);
        if (outcome instanceof Promise) return goOn(exchange, found, index + 1, outcome);
        note(found, by, outcome);
        if (found.proven?.field === "authorization") value = undefined;
      }
      return found;
    },
    conclude(exchange, found) {
      cutKeys(exchange.caller.head, identity.key);
      dropBearerBeside(exchange.caller.head, authorization);
      const { proven, by, fields, conflict } = found;
      const problem = found.refused ?? conflict ?? whyBroken(found);
      if (problem !== undefined) return problem;
      if (proven === undefined || by === undefined) {
        exchange.callerIndex = authorization.callerOf(undefined);
        return exchange.callerIndex === undefined ? unknown(found) : undefined;
      }
      exchange.callerIndex = proven.caller;
      exchange.callerKey = proven.callerKey ?? 0;
      exchange.provedBy = by.authentication;
      exchange.subject = proven.subject;
      exchange.scopes = proven.scopes;
      exchange.bodyDigest = found.bodyDigest;
      for (let index = 0; index < fields.length; index++) withhold(exchange, fields[index]);
      return undefined;
    },
    challenges(problem) {
      const values = provers.flatMap(({ prover }) => prover.challenge?.(problem) ?? []);
      // Keys and tokens share a scheme: the first has more to say of it.
      const byScheme = new Map<string, string>();
      for (const value of values) {
        const [scheme = ""] = value.split(" ");
        if (!byScheme.has(scheme)) byScheme.set(scheme, `WWW-Authenticate: ${value}\r\n`);
      }
      return [...byScheme.values()].join("");
    },
  };
}

function begin(refused: Problem | undefined): Findings {
  return {
    refused,
    proven: undefined,
    by: undefined,
    fields: [],
    broken: [],
    conflict: undefined,
    bodyDigest: undefined,
  };
}

/** What stands in a field counts, or the request does not. */
function whyBroken({ broken, fields }: Findings): Problem | undefined {
  for (const outcome of broken) {
    // One field carries one credential: it may be another kind of it that holds.
    if (outcome.field !== undefined && fields.includes(outcome.field)) continue;
    if (outcome.kind === "refused") return outcome.problem;
    if (outcome.field !== undefined) return problems["caller-unknown"](outcome.why);
  }
  return undefined;
}

/** Whether a request carries anything that is to prove who calls. */
export function hasProof({ refused, proven, broken }: Findings): boolean {
  if (refused !== undefined || proven !== undefined) return true;
  return broken.some(({ kind, field }) => kind === "refused" || field !== undefined);
}

/** With what stands under `identity`. */
export function usesOf(
  { identity, callers }: Configuration,
  { name }: ProofKind,
): { readonly callers: readonly ProofCaller<unknown>[]; readonly options: unknown } {
  const options = identity?.options[name] ?? {};
  if (callers === "open") return { callers: [], options };
  const own: ProofCaller<unknown>[] = [];
  for (const [index, { proofs = [] }] of callers.proofs) {
    for (const use of proofs) {
      if (use.name !== name) continue;
      const caller = callerNameAt(callers, index) as string;
      own.push({ index, name: caller, options: use.options, source: use.source });
    }
  }
  return { callers: own, options };
}

function authorizationIn({ caller: { head } }: ExchangeRecord): string | undefined {
  return head.value(fieldNames.authorization);
}

/** A service that saw a credential could call others in the caller's name. */
function withhold(exchange: ExchangeRecord, field: ProofField | undefined): void {
  if (field === undefined) return;
  const id = fieldNames[field];
  if (exchange.withheld === 0 || exchange.withheld === id) exchange.withheld = id;
  else exchange.caller.head.drop(field);
}
