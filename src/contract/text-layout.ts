/**
 * How messages of programs that follow no protocol are laid out in text: what the dialect `text`
 * adds to a contract. Fields are named by their paths in the message's record, `customer.name`;
 * what they hold is told by the contract's types alone.
 */
import type { FaultKind } from "#base/fault-kind.ts";
import type { RawFraming } from "#base/raw-framing.ts";

export const charsets = [
  ...(["utf-8", "utf-16le", "utf-16be", "us-ascii", "iso-8859-1", "iso-8859-2"] as const),
  ...(["iso-8859-15", "windows-1250", "windows-1251", "windows-1252"] as const),
  ...(["ibm037", "ibm273", "ibm500", "ibm850", "ibm1140"] as const),
] as const;

export type Charset = (typeof charsets)[number];

/** How a whole contract is spoken. */
export interface TextSpeech {
  readonly charset: Charset;
  /** Undefined: over HTTP. */
  readonly framing: RawFraming | undefined;
  /** Template of faults that have none of their own. */
  readonly errors: string | undefined;
}

export interface TextBinding {
  /** Behind the instance's base path, and behind `/text/{service}`. */
  readonly http: { readonly method: string; readonly path: string; readonly contentType: string };
  readonly request: TextLayout;
  /** Undefined for one-way. */
  readonly answer: TextLayout | undefined;
  readonly faults: readonly TextFault[];
}

/** What of an answer means a declared fault, and how the fault is told: all that is said holds. */
export interface TextFault {
  readonly name: string;
  readonly kind: FaultKind;
  /** `ERR {code} {message}`, see fault-template.ts. */
  readonly match: string | undefined;
  /** HTTP: `404`, `5XX`. */
  readonly status: string | undefined;
  /** Values by name that an answer has: keys, elements, fields; "/" is the root element's name. */
  readonly when?: Readonly<Record<string, string>>;
  /** What of the fault such values are: `message`, `code` or another detail, by their names. */
  readonly take?: Readonly<Record<string, string>>;
}

export type TextLayout =
  | LinesLayout
  | PairsLayout
  /** Elements of the fields' names, without namespaces, in a root of that name. */
  | { readonly kind: "xml"; readonly root: string }
  | XmlRpcLayout
  | { readonly kind: "empty" };

/** XML-RPC, http://xmlrpc.com/spec.md. */
export interface XmlRpcLayout {
  readonly kind: "xml-rpc";
  /** Of requests; undefined in answers. */
  readonly method: string | undefined;
  /** Fields whose values are the parameters, in order; undefined: one struct of all fields. */
  readonly params: readonly string[] | undefined;
}

/** A line a record. */
export interface LinesLayout {
  readonly kind: "lines";
  readonly split: LineSplit;
  /** As written; any of LF and CR LF is read. "": records follow each other without anything. */
  readonly lineEnd: "\n" | "\r\n" | "\r" | "";
  /** Whether the last line is ended, too. */
  readonly endsLast: boolean;
  /** Whether the first line names the columns. */
  readonly header: boolean;
  readonly records: readonly LineRecord[];
}

export type LineSplit =
  | { readonly kind: "fixed" }
  /** RFC 4180 with a quote; without one, values cannot hold the delimiter. */
  | { readonly kind: "delimited"; readonly delimiter: string; readonly quote: string | undefined };

export interface LineRecord {
  /** Field that holds it, or the list of them; undefined: its columns are the message's fields. */
  readonly field: string | undefined;
  readonly occurs: "once" | "optional" | "many";
  readonly columns: readonly Column[];
  /** Lines behind it that belong to it: an order's lines behind each order. */
  readonly records?: readonly LineRecord[];
}

/** `key=value` lines, or a form. */
export interface PairsLayout {
  readonly kind: "pairs";
  readonly style: "lines" | "form";
  /** Between key and value. */
  readonly separator: string;
  readonly lineEnd: "\n" | "\r\n" | "\r";
  /** Whether the last line is ended, too. */
  readonly endsLast: boolean;
  readonly columns: readonly Column[];
}

export interface Column {
  /** Path of the field; undefined: no value of the message stands there. */
  readonly field: string | undefined;
  /** In header lines, pairs and messages. */
  readonly name: string;
  /** What stands there always; tells records and operations apart. */
  readonly constant?: string;
  /** Fixed width: from 0, in characters. */
  readonly start: number;
  readonly length: number;
  readonly align: "left" | "right";
  readonly pad: string;
  /** Digits behind a point that is not written. */
  readonly decimals?: number;
  /** How minus is written: before the digits, behind them, or in the last digit (overpunched). */
  readonly sign: "leading" | "trailing" | "overpunch";
  /** Whether what is not negative has a plus where minus would stand. */
  readonly plus?: boolean;
  /** `yyyyMMddHHmmss` and the like, for dates and times. */
  readonly picture?: string;
  /** What stands for a value's own text, both ways: `Y` for `true`. */
  readonly words?: Readonly<Record<string, string>>;
  /** What a field of nothing but padding says. */
  readonly blank: "absent" | "null" | "empty" | "refused";
  /** Number of items of that list. */
  readonly countOf?: string;
}
