/**
 * The fidelity report: what of a contract comes through in each dialect, per operation, face and
 * direction. L0 exact; L1 lexical only; L2 narrowed: values or states refused or merged; L3 not
 * offered.
 */
import type { SourcePlace } from "#base/diagnostic.ts";
import type { Dialect } from "./contract.ts";

export const grades = ["L0", "L1", "L2", "L3"] as const;

export type Grade = (typeof grades)[number];

export type Direction = "request" | "answer";

export interface Finding {
  /** Stable slug, in docs/reference/fidelity.md. */
  readonly code: (typeof findingCodes)[number];
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly service: string;
  readonly operation: string;
  /** Form in which callers speak: `rest+json`, `rest+xml`, `soap`. */
  readonly face: string;
  readonly direction: Direction;
  readonly grade: Grade;
  readonly source: SourcePlace | undefined;
  /** What holds, in general. */
  readonly rule: string;
  readonly example: { readonly before: string; readonly after: string } | undefined;
  /** What to change where the loss cannot be accepted. */
  readonly knob: string;
}

export interface GradedOperation {
  readonly service: string;
  readonly operation: string;
  readonly face: string;
  readonly request: Grade;
  /** Undefined for one-way operations. */
  readonly answer: Grade | undefined;
  /**
   * passed: the bytes go through as they are; tested: values went through and back; untested: no
   * values could be made, or the time was up, so the grade is by the types alone.
   */
  readonly evidence: "passed" | "tested" | "untested";
}

export interface FidelityReport {
  readonly operations: readonly GradedOperation[];
  readonly findings: readonly Finding[];
  readonly withheld: readonly WithheldOperation[];
  /** Operations whose values were left out because the time was up. */
  readonly cutByTime: number;
}

/** An operation that no form of a dialect can carry: calls get a fault that says so. */
export interface WithheldOperation {
  readonly service: string;
  readonly operation: string;
  readonly dialect: Dialect;
  readonly reason: string;
}

export function worse(one: Grade, other: Grade): Grade {
  return one > other ? one : other;
}

/** What a type can hold and a dialect may be unable to carry. */
const features = [
  /** Text that may hold U+0000 to U+001F. */
  "control-characters",
  /** xs:any, xs:anyType, mixed content. */
  "opaque-xml",
  /** JSON of any shape. */
  "opaque-json",
  /** Members that the contract does not name. */
  "open-record",
  /** anyOf: a value may fit several variants at once. */
  "any-of",
  /** oneOf without a discriminator: told apart by shape. */
  "untagged-union",
  /** More than one message from the caller. */
  "input-stream",
  /** More than one message from the service. */
  "output-stream",
  /** Several statuses that mean success, with the same body or none. */
  "success-status",
] as const;

export type Feature = (typeof features)[number];

/** All codes of findings: by the types, and by messages that were sent through. */
export const findingCodes = [
  ...features,
  "not-offered",
  "never-carried",
  "value-refused",
  "value-changed",
  "states-merged",
  "spelling-changed",
] as const;

export interface Limitation {
  readonly grade: Exclude<Grade, "L0">;
  /**
   * unsayable: lost where the other dialect can say it; misread: lost where it is read in this
   * one; absent: lost whatever the other dialect is; unsent: callers may say it in this one, but
   * instances are not told.
   */
  readonly kind: "unsayable" | "misread" | "absent" | "unsent";
  readonly rule: string;
  readonly knob: string;
  readonly example?: { readonly before: string; readonly after: string };
}

/** What a form of messages cannot carry as it is; what is not listed it carries. */
export type Limitations = Readonly<Partial<Record<Feature, Limitation>>>;
