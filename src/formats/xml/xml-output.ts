/** The text of an XML document under construction, and where in it the writer is. */
import { DocumentFailure } from "#contract/document-fault.ts";
import type { BytesTaker } from "./codec-options.ts";
import { isLegalCharacter, nameOfCharacter } from "./characters.ts";

export class XmlOutput {
  text = "";
  /** Composite elements that are open, and the how-manieth of their list they are (0: of none). */
  readonly #names: string[] = [];
  readonly #ordinals: number[] = [];
  /** Prefixes that were made up for namespaces of qualified names. */
  namePrefixes = 0;
  takeBytes: BytesTaker | undefined;
  /** Set before an item of a list is written. */
  ordinal = 0;

  enter(name: string, depthMax: number): void {
    this.#names.push(name);
    this.#ordinals.push(this.ordinal);
    this.ordinal = 0;
    if (this.#names.length > depthMax) {
      this.fail(`elements nested deeper than ${depthMax} (depthMax)`, undefined, "limit-exceeded");
    }
  }

  leave(): void {
    this.#names.pop();
    this.#ordinals.pop();
  }

  /** `step` is the element or attribute that is wrong, inside of what is open. */
  fail(message: string, step?: string, code = "invalid-value"): never {
    const steps = this.#names.map((name, index) => numbered(name, this.#ordinals[index] ?? 0));
    if (step !== undefined) steps.push(numbered(step, this.ordinal));
    throw new DocumentFailure({ kind: "fault", code, message, place: steps.join("/") });
  }

  /** Text of an element. */
  escape(text: string, step: string): string {
    return textNeeds.test(text) ? this.#escape(text, textEntities, step) : text;
  }

  /** Value of an attribute in double quotes. */
  escapeValue(text: string, step: string): string {
    return valueNeeds.test(text) ? this.#escape(text, valueEntities, step) : text;
  }

  #escape(text: string, entities: readonly string[], step: string): string {
    let escaped = "";
    let from = 0;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      const entity = code < entities.length ? (entities[code] as string) : "";
      if (entity !== "") {
        escaped += text.slice(from, index) + entity;
        from = index + 1;
      } else if (code < 32 || code >= 0xd800) {
        const codePoint = text.codePointAt(index) as number;
        if (!isLegalCharacter(codePoint)) {
          const name = nameOfCharacter(codePoint);
          this.fail(`the character ${name} is not allowed in XML`, step, "invalid-character");
        }
        if (codePoint > 0xffff) index += 1;
      }
    }
    return escaped + text.slice(from);
  }
}

function numbered(name: string, ordinal: number): string {
  return ordinal > 0 ? `${name}[${ordinal}]` : name;
}

/** By code; "" for characters that stand for themselves. */
const textEntities = buildEntities({ "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" });
const valueEntities = buildEntities({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
});

function buildEntities(entities: Readonly<Record<string, string>>): readonly string[] {
  return Array.from({ length: 64 }, (_, code) => entities[String.fromCharCode(code)] ?? "");
}

const textNeeds = /[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]/;
const valueNeeds = /[&<>"\t\n\r\x00-\x1f\ud800-\udfff\ufffe\uffff]/;
