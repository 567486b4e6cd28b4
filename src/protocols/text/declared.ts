/** A text contract once it fits its schema, whose defaults are filled in. */
import type { FaultKind } from "#base/fault-kind.ts";
import type { Charset } from "#contract/text-layout.ts";

export interface DeclaredText {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly charset: Charset;
  readonly lineEnd: "lf" | "crlf" | "cr";
  readonly tcp?: {
    readonly request: DeclaredFrame;
    readonly answer: DeclaredFrame;
    readonly keepAlive: boolean;
    readonly halfClose: boolean;
  };
  readonly errors?: string;
  readonly operations: Readonly<Record<string, DeclaredOperation>>;
}

export type DeclaredFrame =
  | "line"
  | "close"
  | {
      readonly until?: string;
      readonly length?: 1 | 2 | 3 | 4;
      readonly littleEndian: boolean;
      readonly digits?: number;
      readonly inclusive: boolean;
    };

export interface DeclaredOperation {
  readonly description?: string;
  readonly safety: "safe" | "idempotent" | "unsafe";
  readonly http?: {
    readonly method: string;
    readonly path?: string;
    readonly contentType?: string;
  };
  readonly request: DeclaredMessage;
  readonly answer?: DeclaredMessage;
  readonly faults: Readonly<Record<string, DeclaredTextFault>>;
}

export interface DeclaredTextFault {
  readonly match?: string;
  readonly when?: Readonly<Record<string, string>>;
  readonly take?: Readonly<Record<string, string>>;
  readonly status?: string;
  readonly kind: FaultKind;
  readonly description?: string;
}

export interface DeclaredMessage {
  readonly format:
    "fixed-width" | "csv" | "delimited" | "key-value" | "form" | "xml" | "xml-rpc" | "empty";
  readonly fields?: readonly DeclaredField[];
  readonly rows?: string;
  readonly records?: readonly DeclaredRecord[];
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly quote: string;
  readonly separator: string;
  readonly lineEnd?: "lf" | "crlf" | "cr" | "none";
  readonly endsLast?: boolean;
  readonly root?: string;
  readonly method?: string;
  readonly struct?: boolean;
}

export interface DeclaredRecord {
  readonly name: string;
  readonly occurs: "once" | "optional" | "many";
  readonly fields: readonly DeclaredField[];
  readonly records?: readonly DeclaredRecord[];
}

export interface DeclaredField {
  readonly name?: string;
  readonly as?: string;
  readonly type?:
    | "string"
    | "int"
    | "long"
    | "bigint"
    | "decimal"
    | "double"
    | "bool"
    | "date"
    | "time"
    | "datetime"
    | "bytes";
  readonly values?: readonly string[];
  readonly required: boolean;
  readonly length?: number;
  readonly start?: number;
  readonly align?: "left" | "right";
  readonly pad?: string;
  readonly decimals?: number;
  readonly sign: "leading" | "trailing" | "overpunch";
  readonly plus?: boolean;
  readonly picture?: string;
  readonly words?: Readonly<Record<string, string>>;
  readonly blank?: "absent" | "null" | "empty" | "refused";
  readonly const?: string;
  readonly count?: string;
  readonly many?: boolean;
  readonly sensitive?: boolean;
  readonly description?: string;
  readonly fields?: readonly DeclaredField[];
}
