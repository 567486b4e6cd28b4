/**
 * Strict pull reader over the characters of an XML document: XML 1.0 (fifth edition) and Namespaces
 * in XML, well-formedness in full, no DTD. It keeps no tree: names and values are read off the
 * token at hand. What is wrong is thrown as a DocumentFailure with its place.
 */
import { DocumentFailure } from "#contract/document-fault.ts";
import { defaultXmlLimits, type XmlLimits } from "./limits.ts";
import { XmlAttributes } from "./attributes.ts";
import { asciiClass, isSpace, spaceBit } from "./characters.ts";
import { createScope, leaveScope, lookUp, type NamespaceScope } from "./namespace-scope.ts";
import { positionAt, type Position } from "./position.ts";
import { skipComment, skipDeclaration, skipInstruction } from "./scan-markup.ts";
import { XmlScan } from "./scan.ts";

export const endOfDocument = 0;
export const startTag = 1;
export const endTag = 2;
export const textToken = 3;

/** endOfDocument, startTag, endTag, textToken. */
export type Token = 0 | 1 | 2 | 3;

export class XmlTokenizer {
  readonly source: string;
  readonly limits: XmlLimits;
  readonly attributes: XmlAttributes;
  readonly scope: NamespaceScope = createScope();
  /** Where reading goes on. */
  position = 0;
  /** Elements that are open; a start tag counts itself. */
  depth = 0;
  token: Token = endOfDocument;
  /** Of the start tag at hand. */
  namespace = "";
  /** Characters of the text token at hand. */
  text = "";
  /** Offset of the `<` of the tag at hand. */
  tagStart = 0;
  /** By depth, from 1: the how-manieth of its list an element is, 0 where it is in none. */
  readonly ordinals: number[] = [0];
  readonly #scan: XmlScan;
  /** By depth, from 1: where the qualified name stands, and how many declarations held outside. */
  readonly #nameStarts: number[] = [0];
  readonly #nameEnds: number[] = [0];
  readonly #localStarts: number[] = [0];
  readonly #outerCounts: number[] = [0];
  #localStart = 0;
  #localEnd = 0;
  #selfClosed = false;
  #rootSeen = false;
  #nodes = 0;

  constructor(source: string, limits: XmlLimits = defaultXmlLimits) {
    this.source = source;
    this.limits = limits;
    this.#scan = new XmlScan(source, limits, this);
    this.attributes = new XmlAttributes(source, limits, this.scope, this.#scan);
    if (source.length > limits.documentBytesMax) {
      this.failLimit(`the document is longer than ${limits.documentBytesMax}`, "documentBytesMax");
    }
    if (source.charCodeAt(0) === 0xfeff) this.position = 1;
    this.position = skipDeclaration(this.#scan, this.position);
  }

  /** Local name of the start tag at hand. */
  get name(): string {
    return this.source.slice(this.#localStart, this.#localEnd);
  }

  get prefix(): string {
    const start = this.#nameStarts[this.depth] as number;
    return start === this.#localStart ? "" : this.source.slice(start, this.#localStart - 1);
  }

  /** Behind the name of the start tag at hand. */
  get nameEnd(): number {
    return this.#localEnd;
  }

  /** Whether the start tag at hand closes itself. */
  get isEmptyTag(): boolean {
    return this.#selfClosed;
  }

  /** Whether the start tag at hand declares prefixes. */
  get declaresNamespaces(): boolean {
    return this.scope.prefixes.length > (this.#outerCounts[this.depth] as number);
  }

  /** Prefixes that the start tag at hand declares. */
  ownPrefixes(): readonly string[] {
    return this.scope.prefixes.slice(this.#outerCounts[this.depth]);
  }

  /** What holds around the start tag at hand. */
  outerScope(): NamespaceScope {
    const count = this.#outerCounts[this.depth];
    return { prefixes: this.scope.prefixes.slice(0, count), uris: this.scope.uris.slice(0, count) };
  }

  isNamed(name: string, namespace: string): boolean {
    const start = this.#localStart;
    return (
      this.#localEnd - start === name.length &&
      this.source.startsWith(name, start) &&
      this.namespace === namespace
    );
  }

  /** The next tag or text. Comments and processing instructions part texts, and are not told. */
  next(): Token {
    if (this.#selfClosed) return this.#close();
    if (this.depth === 0) return this.#nextOutside();
    const { source } = this;
    for (;;) {
      if (source.charCodeAt(this.position) !== 60) {
        this.#requireMore();
        return this.#tellText(this.#scan.text(this.position));
      }
      const code = source.charCodeAt(this.position + 1);
      if (code === 47) return this.#readEndTag();
      if (code !== 33 && code !== 63) return this.#readStartTag();
      if (this.#isCharacterData()) return this.#tellText(this.#scan.characterData(this.position));
      this.#skipMarkup(code);
    }
  }

  /** The next tag; text other than white space fails, as it has no place here. */
  nextElement(): Token {
    if (this.#selfClosed) return this.#close();
    if (this.depth === 0) return this.#nextOutside();
    const { source } = this;
    for (;;) {
      let position = this.position;
      while (isSpace(source.charCodeAt(position))) position += 1;
      this.position = position;
      if (source.charCodeAt(position) !== 60) {
        this.#requireMore();
        this.#refuseText(this.#scan.text(position));
        continue;
      }
      const code = source.charCodeAt(position + 1);
      if (code === 47) return this.#readEndTag();
      if (code !== 33 && code !== 63) return this.#readStartTag();
      if (this.#isCharacterData()) this.#refuseText(this.#scan.characterData(position));
      else this.#skipMarkup(code);
    }
  }

  /** From a start tag: all text up to its end tag, which is read too. An element inside fails. */
  readText(): string {
    if (this.#selfClosed) {
      this.#close();
      return "";
    }
    const { source } = this;
    let text = "";
    for (;;) {
      if (source.charCodeAt(this.position) !== 60) {
        this.#requireMore();
        const piece = this.#scan.text(this.position);
        this.position = this.#scan.end;
        text = text === "" ? piece : text + piece;
        if (text.length > this.limits.textLengthMax) this.#failText();
        continue;
      }
      const code = source.charCodeAt(this.position + 1);
      if (code === 47) {
        this.#readEndTag();
        return text;
      }
      if (code !== 33 && code !== 63) this.#failChild();
      if (this.#isCharacterData()) {
        text += this.#scan.characterData(this.position);
        this.position = this.#scan.end;
      } else this.#skipMarkup(code);
    }
  }

  /** From a start tag: over everything up to its end tag. */
  skipElement(): void {
    const { depth } = this;
    while (this.next() !== endTag || this.depth >= depth);
  }

  /** Behind the root: nothing but comments, instructions and white space may follow. */
  finish(): void {
    if (this.next() !== endOfDocument) this.fail("malformed-xml", "more follows the document");
  }

  /** Namespace of a prefix, as it holds at the token at hand. */
  resolvePrefix(prefix: string): string | undefined {
    return lookUp(this.scope, prefix, 0, prefix.length);
  }

  /** `Envelope/Body/order/lines[3]/price`. */
  place(depthMost: number = this.depth): string {
    let place = "";
    for (let depth = 1; depth <= depthMost; depth += 1) {
      const start = this.#localStarts[depth] as number;
      const name = this.source.slice(start, this.#nameEnds[depth]);
      const ordinal = this.ordinals[depth] as number;
      place += `${depth > 1 ? "/" : ""}${name}${ordinal > 0 ? `[${ordinal}]` : ""}`;
    }
    return place;
  }

  positionAt(offset: number): Position {
    return positionAt(this.source, offset);
  }

  /** `step` is added to the place: `@currency`. */
  fail(code: string, message: string, step?: string, offset: number = this.position): never {
    const outer = this.place();
    this.#throw(code, message, step === undefined ? outer : `${outer}/${step}`, offset);
  }

  /** The same, about the element whose end tag was the last one. */
  failClosed(code: string, message: string): never {
    this.#throw(code, message, this.place(this.depth + 1), this.position);
  }

  #throw(code: string, what: string, place: string, offset: number): never {
    const { line, column } = positionAt(this.source, offset);
    const message = `${what} (line ${line}, column ${column})`;
    throw new DocumentFailure({ kind: "fault", code, message, place, line, column });
  }

  failLimit(message: string, limit: string): never {
    this.fail("limit-exceeded", `${message} (${limit})`);
  }

  /** Goes to an element elsewhere in the document, runs, and comes back. */
  visit<T>(target: VisitTarget, run: () => T): T {
    const { position, token, namespace, tagStart, depth } = this;
    const local = [this.#localStart, this.#localEnd] as const;
    const selfClosed = this.#selfClosed;
    const prefixes = this.scope.prefixes.splice(0, Infinity, ...target.scope.prefixes);
    const uris = this.scope.uris.splice(0, Infinity, ...target.scope.uris);
    this.position = target.offset;
    this.#readStartTag();
    const result = run();
    this.scope.prefixes.splice(0, Infinity, ...prefixes);
    this.scope.uris.splice(0, Infinity, ...uris);
    Object.assign(this, { position, token, namespace, tagStart, depth });
    [this.#localStart, this.#localEnd] = local;
    this.#selfClosed = selfClosed;
    return result;
  }

  countNode(): void {
    this.#nodes += 1;
    if (this.#nodes > this.limits.nodesMax) {
      this.failLimit(`more than ${this.limits.nodesMax} elements and attributes`, "nodesMax");
    }
  }

  #nextOutside(): Token {
    const { source } = this;
    for (;;) {
      while (isSpace(source.charCodeAt(this.position))) this.position += 1;
      if (this.position >= source.length) {
        if (!this.#rootSeen) this.fail("malformed-xml", "the document has no root element");
        return (this.token = endOfDocument);
      }
      const code = source.charCodeAt(this.position + 1);
      if (source.charCodeAt(this.position) !== 60 || this.#isCharacterData() || code === 47) {
        this.fail("malformed-xml", "only comments may stand outside the root element");
      }
      if (code === 33 || code === 63) {
        this.#skipMarkup(code);
        continue;
      }
      if (this.#rootSeen) this.fail("malformed-xml", "a document has one root element, not two");
      this.#rootSeen = true;
      return this.#readStartTag();
    }
  }

  #readStartTag(): Token {
    const { source } = this;
    const start = this.position + 1;
    this.tagStart = this.position;
    const end = this.#scan.name(start, "element");
    const colon = this.#scan.colon;
    const depth = this.depth + 1;
    if (depth > this.limits.depthMax) {
      this.failLimit(`elements nested deeper than ${this.limits.depthMax}`, "depthMax");
    }
    this.countNode();
    this.depth = depth;
    this.#nameStarts[depth] = start;
    this.#nameEnds[depth] = end;
    const localStart = colon < 0 ? start : colon + 1;
    this.#localStarts[depth] = localStart;
    this.#outerCounts[depth] = this.scope.prefixes.length;
    this.ordinals[depth] = 0;
    this.#localStart = localStart;
    this.#localEnd = end;
    let position = end;
    if (source.charCodeAt(position) === 62) {
      this.attributes.clear();
      this.#selfClosed = false;
      this.position = position + 1;
    } else {
      position = this.attributes.read(position);
      this.#selfClosed = source.charCodeAt(position) === 47;
      this.position = position + (this.#selfClosed ? 2 : 1);
    }
    const namespace = lookUp(this.scope, source, start, colon < 0 ? start : colon);
    if (namespace === undefined) {
      this.fail("malformed-xml", `the prefix ${source.slice(start, colon)} is not declared`);
    }
    this.namespace = namespace;
    return (this.token = startTag);
  }

  #readEndTag(): Token {
    const { source, depth } = this;
    const start = this.#nameStarts[depth] as number;
    const end = this.#nameEnds[depth] as number;
    let position = this.position + 2;
    this.tagStart = this.position;
    for (let index = start; index < end; index += 1, position += 1) {
      if (source.charCodeAt(index) !== source.charCodeAt(position)) this.#failEndTag();
    }
    if (source.charCodeAt(position) !== 62) {
      if (!isSpace(source.charCodeAt(position))) this.#failEndTag();
      while (isSpace(source.charCodeAt(position))) position += 1;
      if (source.charCodeAt(position) !== 62) this.#failEndTag();
    }
    this.position = position + 1;
    return this.#close();
  }

  #close(): Token {
    this.#selfClosed = false;
    const outer = this.#outerCounts[this.depth] as number;
    if (outer !== this.scope.prefixes.length) leaveScope(this.scope, outer);
    this.depth -= 1;
    return (this.token = endTag);
  }

  #isCharacterData(): boolean {
    return this.source.startsWith("<![CDATA[", this.position);
  }

  #skipMarkup(code: number): void {
    this.position =
      code === 63
        ? skipInstruction(this.#scan, this.position)
        : skipComment(this.#scan, this.position);
  }

  #tellText(text: string): Token {
    this.text = text;
    this.position = this.#scan.end;
    return (this.token = textToken);
  }

  #refuseText(text: string): void {
    this.position = this.#scan.end;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 127 || ((asciiClass[code] as number) & spaceBit) === 0) {
        const shown = JSON.stringify(text.trim().slice(0, 40));
        this.fail("unexpected-text", `text has no place here: ${shown}; expected elements only`);
      }
    }
  }

  #requireMore(): void {
    if (this.position < this.source.length) return;
    this.fail("malformed-xml", "the document ends before its elements are closed");
  }

  #failEndTag(): never {
    const name = this.source.slice(this.#nameStarts[this.depth], this.#nameEnds[this.depth]);
    const found = this.source.slice(this.position, this.position + 40).split(">")[0] as string;
    this.fail("malformed-xml", `expected </${name}>, found ${JSON.stringify(found)}`);
  }

  #failChild(): never {
    const name = /^<([^\s/>]{1,60})/.exec(
      this.source.slice(this.position, this.position + 62),
    )?.[1];
    this.fail("unexpected-element", `expected text only, found the element <${name ?? ""}>`);
  }

  #failText(): never {
    this.failLimit(`a text is longer than ${this.limits.textLengthMax}`, "textLengthMax");
  }
}

/** A place in the document to visit, and the declarations that hold around it. */
export interface VisitTarget {
  readonly offset: number;
  readonly scope: NamespaceScope;
}
