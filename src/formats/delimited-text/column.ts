/** One column: the text that stands there to the field's value and back, exact or refused. */
import { assert } from "#base/assert.ts";
import { compileScalarText, type ScalarText } from "#contract/check-scalar.ts";
import type { Contract } from "#contract/contract.ts";
import { DocumentFailure } from "#contract/document-fault.ts";
import { resolve } from "#contract/resolve.ts";
import type { Column } from "#contract/text-layout.ts";
import type { EnumType, ScalarType, Type } from "#contract/types.ts";
import type { Value, ValueRecord } from "#contract/value.ts";
import type { TextCharset } from "./charset.ts";
import { findField, putAt, valueAt } from "./field-path.ts";
import { fromColumnNumber, toColumnNumber } from "./numbers.ts";
import { fromPicture, toPicture } from "./picture.ts";

/** What a message is read and written under. */
export interface TextScope {
  readonly contract: Contract;
  readonly charset: TextCharset;
  /** Values of one message. */
  readonly valuesMax: number;
}

export interface ColumnCodec {
  readonly column: Column;
  /** Puts what the text says into the record. @param place of the record. */
  readonly read: (text: string, record: ValueRecord, place: string) => void;
  /** Without padding. */
  readonly write: (record: ValueRecord, place: string) => string;
  /** Whether the field is a list, whose values stand one by one. */
  readonly repeats: boolean;
  readonly writeAll: (record: ValueRecord, place: string) => readonly string[];
}

export function compileColumn(scope: TextScope, type: Type, column: Column): ColumnCodec {
  const path = column.field?.split(".") ?? [];
  if (column.field === undefined) return compileConstant(column);
  const found = findField(scope.contract, type, path);
  assert(found !== undefined, `there is no field ${column.field}`);
  const own = resolve(scope.contract, found.field.type);
  const repeats = own.kind === "list";
  const scalar = resolve(scope.contract, repeats ? own.item : own) as ScalarType | EnumType;
  const { read, write } = compileText(scope, column, scalar, found.optional);
  const at = (place: string): string => `${place}/${path.join("/")}`;
  return {
    column,
    repeats,
    read(text, record, place) {
      const value = read(text, at(place));
      if (value === undefined) return;
      if (!repeats) return putAt(record, path, value);
      const items = (valueAt(record, path) as Value[] | undefined) ?? [];
      items.push(value);
      putAt(record, path, items);
    },
    write: (record, place) => write(valueAt(record, path), at(place)),
    writeAll(record, place) {
      const value = valueAt(record, path);
      if (!repeats) return [write(value, at(place))];
      const items = (value ?? []) as readonly Value[];
      return items.map((item, index) => write(item, `${at(place)}/${index}`));
    },
  };
}

function compileConstant(column: Column): ColumnCodec {
  const { constant } = column;
  return {
    column,
    repeats: false,
    read(text, _record, place) {
      if (constant === undefined || text === constant) return;
      const found = JSON.stringify(text.slice(0, 50));
      fail("unexpected-constant", `expected ${JSON.stringify(constant)}, found ${found}`, place);
    },
    write: () => constant ?? "",
    writeAll: () => (constant === undefined ? [] : [constant]),
  };
}

interface Texts {
  readonly read: (text: string, place: string) => Value | undefined;
  readonly write: (value: Value | undefined, place: string) => string;
}

function compileText(
  { charset }: TextScope,
  column: Column,
  type: ScalarType | EnumType,
  optional: boolean,
): Texts {
  const scalar = compileScalarText(type);
  const spell = compileSpelling(column, type);
  const refuse = (text: string, place: string): never =>
    fail("invalid-value", `${shown(text)} is not ${spell.expected ?? scalar.expected}`, place);
  return {
    read(text, place) {
      if (text === "" && spell.blankIsBlank) return readBlank(column, place, scalar);
      if (hasControls(text)) fail("invalid-text", "a control character stands there", place);
      const own = spell.read(text);
      return (own === undefined ? undefined : scalar.read(own)) ?? refuse(text, place);
    },
    write(value, place) {
      if (value === undefined || value === null) {
        if (value === undefined && !optional) fail("missing-value", "the value is missing", place);
        if (column.blank !== "refused") return "";
        fail("missing-value", "a blank field cannot say that there is no value", place);
      }
      const own = scalar.write(value);
      if (own === undefined) return refuse(JSON.stringify(value), place);
      const text = spell.write(own);
      if (text === undefined) return refuse(own, place);
      if (hasControls(text)) fail("invalid-text", "a control character cannot stand there", place);
      const lacking = charset.lacking(text);
      if (lacking !== undefined) {
        fail("invalid-text", `the character set has no ${shown(lacking)}`, place);
      }
      return text;
    },
  };
}

function readBlank(column: Column, place: string, { expected }: ScalarText): Value | undefined {
  switch (column.blank) {
    case "absent":
      return undefined;
    case "null":
      return null;
    case "empty":
      return "";
    case "refused":
      return fail("invalid-value", `the field is blank; expected ${expected}`, place);
  }
}

interface Spelling {
  /** The lexical form. */
  readonly read: (text: string) => string | undefined;
  readonly write: (lexical: string) => string | undefined;
  /** Whether "" says that nothing stands there. */
  readonly blankIsBlank: boolean;
  readonly expected?: string;
}

function compileSpelling(column: Column, type: ScalarType | EnumType): Spelling {
  const { words, picture } = column;
  if (words !== undefined) {
    const toWord = new Map(Object.entries(words));
    const fromWord = new Map(Array.from(toWord, ([value, word]) => [word, value]));
    return {
      read: (text) => fromWord.get(text),
      write: (lexical) => toWord.get(lexical),
      blankIsBlank: !fromWord.has(""),
      expected: `one of ${[...fromWord.keys()].map(shown).join(", ")}`,
    };
  }
  const { kind } = type;
  if (picture !== undefined && (kind === "date" || kind === "time" || kind === "dateTime")) {
    return {
      read: (text) => fromPicture(text, picture, kind),
      write: (lexical) => toPicture(lexical, picture),
      blankIsBlank: true,
      expected: `a ${kind} in the form ${picture}`,
    };
  }
  if (kind === "int" || kind === "decimal") {
    return {
      read: (text) => fromColumnNumber(text, column),
      write: (lexical) => toColumnNumber(lexical, column),
      blankIsBlank: true,
    };
  }
  return { read: (text) => text, write: (lexical) => lexical, blankIsBlank: true };
}

/** Tab and line ends are for the format to judge. */
function hasControls(text: string): boolean {
  return /[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]/.test(text);
}

export function shown(text: string): string {
  return JSON.stringify(text.length > 50 ? `${text.slice(0, 50)}...` : text);
}

export function fail(code: string, message: string, place: string): never {
  throw new DocumentFailure({ kind: "fault", code, message, place });
}
