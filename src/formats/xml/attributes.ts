/** The attributes of the start tag at hand. Namespace declarations go to the scope. */
import type { XmlLimits } from "./limits.ts";
import { isSpace } from "./characters.ts";
import { declare, lookUp, type NamespaceScope } from "./namespace-scope.ts";
import type { XmlScan } from "./scan.ts";

/** Up to so many names are compared pair by pair. */
const pairwiseMax = 8;

export class XmlAttributes {
  count = 0;
  readonly #source: string;
  readonly #limits: XmlLimits;
  readonly #scope: NamespaceScope;
  readonly #scan: XmlScan;
  readonly #starts: number[] = [];
  readonly #colons: number[] = [];
  readonly #ends: number[] = [];
  readonly #values: string[] = [];
  readonly #namespaces: string[] = [];

  constructor(source: string, limits: XmlLimits, scope: NamespaceScope, scan: XmlScan) {
    this.#source = source;
    this.#limits = limits;
    this.#scope = scope;
    this.#scan = scan;
  }

  /** Local name. */
  name(index: number): string {
    return this.#source.slice(this.#localStart(index), this.#ends[index]);
  }

  /** "" for none. */
  prefix(index: number): string {
    const colon = this.#colons[index] as number;
    return colon < 0 ? "" : this.#source.slice(this.#starts[index], colon);
  }

  namespace(index: number): string {
    return this.#namespaces[index] as string;
  }

  value(index: number): string {
    return this.#values[index] as string;
  }

  /** Index of the attribute of this name, -1 for none. */
  find(name: string, namespace: string): number {
    for (let index = 0; index < this.count; index += 1) {
      const start = this.#localStart(index);
      if (
        (this.#ends[index] as number) - start === name.length &&
        this.#source.startsWith(name, start) &&
        this.#namespaces[index] === namespace
      ) {
        return index;
      }
    }
    return -1;
  }

  clear(): void {
    this.count = 0;
  }

  /** Reads from behind the element's name to its `>` or `/>`, of which it gives the offset. */
  read(start: number): number {
    const source = this.#source;
    const scan = this.#scan;
    this.count = 0;
    let declarations = 0;
    let position = start;
    for (;;) {
      const before = position;
      while (isSpace(source.charCodeAt(position))) position += 1;
      const code = source.charCodeAt(position);
      if (code === 62) break;
      if (code === 47) {
        if (source.charCodeAt(position + 1) === 62) break;
        scan.fail("expected > behind /", position);
      }
      if (position >= source.length) scan.fail("a start tag is not closed", start);
      if (position === before) scan.fail("expected white space before an attribute", position);
      const nameStart = position;
      const nameEnd = scan.name(position, "attribute");
      const colon = scan.colon;
      position = nameEnd;
      while (isSpace(source.charCodeAt(position))) position += 1;
      if (source.charCodeAt(position) !== 61) {
        scan.fail("expected = and a value behind the name of an attribute", position);
      }
      position += 1;
      while (isSpace(source.charCodeAt(position))) position += 1;
      const value = scan.value(position);
      position = scan.end;
      if (this.#isDeclaration(nameStart, colon, nameEnd)) {
        declarations += 1;
        this.#declare(source.slice(colon < 0 ? nameEnd : colon + 1, nameEnd), value, declarations);
      } else {
        this.#starts[this.count] = nameStart;
        this.#colons[this.count] = colon;
        this.#ends[this.count] = nameEnd;
        this.#values[this.count] = value;
        this.count += 1;
      }
      if (this.count + declarations > this.#limits.attributesMax) {
        const message = `more than ${this.#limits.attributesMax} attributes (attributesMax)`;
        scan.exceed(message, nameStart);
      }
    }
    this.#resolve();
    this.#checkUnique();
    return position;
  }

  #localStart(index: number): number {
    const colon = this.#colons[index] as number;
    return colon < 0 ? (this.#starts[index] as number) : colon + 1;
  }

  #isDeclaration(start: number, colon: number, end: number): boolean {
    return (colon < 0 ? end : colon) - start === 5 && this.#source.startsWith("xmlns", start);
  }

  #declare(prefix: string, uri: string, declarations: number): void {
    const { prefixes } = this.#scope;
    for (let back = 1; back < declarations; back += 1) {
      if (prefixes[prefixes.length - back] === prefix) {
        this.#scan.fail(`the prefix "${prefix}" is declared twice in one tag`, this.#scan.end);
      }
    }
    const { namespacesMax } = this.#limits;
    if (prefixes.length >= namespacesMax + 2) {
      const message = `more than ${namespacesMax} declarations in scope (namespacesMax)`;
      this.#scan.exceed(message, this.#scan.end);
    }
    const wrong = declare(this.#scope, prefix, uri);
    if (wrong !== undefined) this.#scan.fail(wrong, this.#scan.end);
  }

  #resolve(): void {
    for (let index = 0; index < this.count; index += 1) {
      const start = this.#starts[index] as number;
      const colon = this.#colons[index] as number;
      if (colon < 0) this.#namespaces[index] = "";
      else {
        const namespace = lookUp(this.#scope, this.#source, start, colon);
        if (namespace === undefined) {
          const prefix = this.#source.slice(start, colon);
          this.#scan.fail(`the prefix ${prefix} is not declared`, start);
        }
        this.#namespaces[index] = namespace;
      }
    }
  }

  #checkUnique(): void {
    if (this.count < 2) return;
    if (this.count > pairwiseMax) {
      const seen = new Set<string>();
      for (let index = 0; index < this.count; index += 1) {
        const key = `${this.namespace(index)} ${this.name(index)}`;
        if (seen.has(key)) this.#failTwice(index);
        seen.add(key);
      }
      return;
    }
    for (let index = 1; index < this.count; index += 1) {
      const start = this.#localStart(index);
      const length = (this.#ends[index] as number) - start;
      for (let other = 0; other < index; other += 1) {
        const from = this.#localStart(other);
        if ((this.#ends[other] as number) - from !== length) continue;
        if (this.#namespaces[other] !== this.#namespaces[index]) continue;
        if (this.#sameRun(from, start, length)) this.#failTwice(index);
      }
    }
  }

  #sameRun(a: number, b: number, length: number): boolean {
    for (let index = 0; index < length; index += 1) {
      if (this.#source.charCodeAt(a + index) !== this.#source.charCodeAt(b + index)) return false;
    }
    return true;
  }

  #failTwice(index: number): never {
    const start = this.#starts[index] as number;
    return this.#scan.fail(`the attribute ${this.name(index)} stands twice in one tag`, start);
  }
}
