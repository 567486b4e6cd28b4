/** The text of an XML document under construction, and where in it the writer is. */
import { DocumentFailure } from "#contract/document-fault.ts";
import { isLegalCharacter, nameOfCharacter } from "./characters.ts";

export class XmlOutput {
  text = "";
  /** Composite elements that are open, and the how-manieth of their list they are (0: of none). */
  readonly #names: string[] = [];
  readonly #ordinals: number[] = [];
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
    return textNeeds.test(text) ? this.#replace(text, textNeedsAll, step) : text;
  }

  /** Value of an attribute in double quotes. */
  escapeValue(text: string, step: string): string {
    return valueNeeds.test(text) ? this.#replace(text, valueNeedsAll, step) : text;
  }

  #replace(text: string, pattern: RegExp, step: string): string {
    return text.replace(pattern, (character) => {
      const found = entities[character];
      if (found !== undefined) return found;
      const codePoint = character.codePointAt(0) as number;
      if (isLegalCharacter(codePoint)) return `&#${codePoint};`;
      const name = nameOfCharacter(codePoint);
      return this.fail(`the character ${name} is not allowed in XML`, step, "invalid-character");
    });
  }
}

function numbered(name: string, ordinal: number): string {
  return ordinal > 0 ? `${name}[${ordinal}]` : name;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const illegal = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff";
const lone = "[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]";
const textNeeds = new RegExp(`[&<>\\r${illegal}\\ud800-\\udfff]`);
const textNeedsAll = new RegExp(`[&<>\\r${illegal}]|${lone}`, "g");
const valueNeeds = new RegExp(`[&<>"\\t\\n\\r${illegal}\\ud800-\\udfff]`);
const valueNeedsAll = new RegExp(`[&<>"\\t\\n\\r${illegal}]|${lone}`, "g");
