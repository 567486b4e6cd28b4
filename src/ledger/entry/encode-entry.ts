/**
 * Encodes an entry that is given as a value: for all but exchanges, of which there are too many to
 * make an object for each.
 */
import { assert } from "#base/assert.ts";
import { entryBytesMax } from "./decode-entry.ts";
import type { Entry } from "./entry.ts";
import { EntryWriter } from "./entry-writer.ts";
import { fields, fieldsByKey, listedTextBytesMax, type Field, type FieldName } from "./fields.ts";

const writer = new EntryWriter();
const scratch = Buffer.alloc(entryBytesMax);
/** `cut` follows from the rest, but what was cut earlier stays cut. */
const ownNames: ReadonlySet<FieldName> = new Set(["version", "kind", "run", "timeUs", "cut"]);

export function encodeEntry(entry: Entry): Buffer {
  writer.begin(scratch, 0, entry.kind, entry.run, entry.timeUs);
  const values = entry as Partial<Record<FieldName, unknown>>;
  const cut = new Set(entry.cut);
  for (const [name, field] of fieldsByKey) {
    const value = values[name];
    if (value !== undefined && !ownNames.has(name)) write(field, value);
    if (cut.has(field.key)) writer.noteCut(field.key);
  }
  return Buffer.from(scratch.subarray(0, writer.end()));
}

function write(field: Field, value: unknown): void {
  const { key, type } = field;
  switch (type) {
    case "uint":
      return writer.uint(key, value as number);
    case "flag":
      return writer.flag(key);
    case "choice": {
      const code = (field.names as readonly string[]).indexOf(value as string);
      assert(code >= 0, `field ${key} of an entry cannot be ${String(value)}`);
      return writer.uint(key, code);
    }
    case "id":
    case "half":
    case "hash":
      return writer.bytes(key, Buffer.from(value as string, "hex"));
    case "text":
      return writer.text(key, value as string, field.max as number);
    case "ids": {
      const ids = value as readonly string[];
      const kept = ids.slice(0, field.max);
      writer.ids(
        key,
        kept.map((id) => Buffer.from(id, "hex")),
      );
      if (kept.length < ids.length) writer.noteCut(key);
      return;
    }
    case "texts": {
      const texts = value as readonly string[];
      writer.texts(key, texts.slice(0, field.max), listedTextBytesMax);
      if (texts.length > (field.max as number)) writer.noteCut(key);
      return;
    }
    case "keys":
      assert(key === fields.cut.key, "the encoder knows itself what it has cut");
  }
}
