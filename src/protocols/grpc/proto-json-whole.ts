/** Types of google.protobuf as whole messages, alone or within an Any: their JSON and bytes. */
import type { DocumentLimits } from "#base/limits.ts";
import type { Value } from "#contract/value.ts";
import { JsonRefusal, type Cursor } from "#formats/json/cursor.ts";
import { skipValue } from "#formats/json/skip.ts";
import { createProtoCursor, ProtoRefusal } from "#formats/protobuf/proto-cursor.ts";
import { ProtoOutput } from "#formats/protobuf/proto-output.ts";
import { compileWellKnownRead } from "#formats/protobuf/read-well-known.ts";
import type { WellKnownForm } from "#formats/protobuf/well-known.ts";
import type { Read } from "#formats/json/read-scalar.ts";
import { compileWellKnownWrite as compileBytesWrite } from "#formats/protobuf/write-well-known.ts";
import { eachMember, typeMember } from "./proto-json-read.ts";
import type { Write } from "./proto-json-scalars.ts";
import { compileWellKnown, compileWellKnownWrite } from "./proto-json-well-known.ts";

/** How the content of one type is read from JSON to bytes, and written back. */
export interface AnyForm {
  readonly read: (cursor: Cursor) => Buffer;
  /** Members behind `@type`. */
  readonly write: (bytes: Buffer) => readonly string[];
}

/** Its JSON is no object, or has members of its own, so it stands in one. */
export function wellKnownForm(
  form: WellKnownForm,
  limits: DocumentLimits,
  readAny: Read,
  writeAny: Write,
): AnyForm {
  const { read, write, toBytes, fromBytes } = formsOf(form, limits, readAny, writeAny);
  return {
    read(cursor) {
      const start = cursor.at;
      let value: Value | undefined;
      eachMember(cursor, (name, keyAt) => {
        if (name === "value") value = read(cursor);
        else if (name === typeMember) skipValue(cursor);
        else {
          const message = `the member \`${name.slice(0, 100)}\` is not known here`;
          throw new JsonRefusal(message, keyAt, "unexpected-member", name);
        }
      });
      if (value === undefined) {
        throw new JsonRefusal("the member `value` is missing", start, "missing-member", "value");
      }
      return toBytes(value);
    },
    write: (bytes) => [`"value":${write(fromBytes(bytes))}`],
  };
}

interface Forms {
  readonly read: Read;
  readonly write: Write;
  readonly toBytes: (value: Value) => Buffer;
  readonly fromBytes: (bytes: Buffer) => Value;
}

export function formsOf(
  form: WellKnownForm,
  limits: DocumentLimits,
  readAny: Read,
  writeAny: Write,
): Forms {
  const isAny = form.kind === "any";
  const readBytes = compileWellKnownRead(form);
  const writeBytes = compileBytesWrite(form);
  return {
    read: isAny ? readAny : compileWellKnown(form),
    write: isAny ? writeAny : compileWellKnownWrite(form),
    toBytes(value) {
      const output = new ProtoOutput(limits.documentBytesMax);
      writeBytes(output, value);
      return output.take();
    },
    fromBytes: (bytes) => readBytes(createProtoCursor(bytes, limits), undefined),
  };
}

export function orJsonRefusal<T>(at: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ProtoRefusal)) throw error;
    const code = error.code === "limit-exceeded" ? error.code : "invalid-value";
    throw new JsonRefusal(error.message, at, code);
  }
}
