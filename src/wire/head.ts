/**
 * A parsed message head: the received bytes and where its parts stand in them. Nothing is turned
 * into a string before somebody asks. Heads that came over HTTP/2 are spelled as HTTP/1.1 first,
 * so that routing, policies and forwarding know one form only.
 */
import { latin1 } from "#base/latin1.ts";
import { fieldNames, type FieldId } from "./field-names.ts";

/** How a body is delimited (RFC 9112 §6.3). */
export const framing = { none: 0, length: 1, chunked: 2, close: 3 } as const;
export type Framing = (typeof framing)[keyof typeof framing];

const emptyBytes = Buffer.alloc(0);
const fieldsAtFirst = 24;
const spansAtFirst = 4 * fieldsAtFirst;

/**
 * Over HTTP/2 heads come and go with their exchanges, and memory for a typed array costs more than
 * all else in a head: it is taken for many at once.
 */
const slabHeads = 64;
let slab = new Int32Array(0);
let slabUsed = 0;

function takeSpans(): Int32Array {
  if (slabUsed === slab.length) {
    slab = new Int32Array(spansAtFirst * slabHeads);
    slabUsed = 0;
  }
  const spans = new Int32Array(slab.buffer, slabUsed * slab.BYTES_PER_ELEMENT, spansAtFirst);
  slabUsed += spansAtFirst;
  return spans;
}

class Head {
  bytes: Buffer = emptyBytes;
  start = 0;
  /** Behind the empty line that ends the head. */
  end = 0;
  fieldsStart = 0;
  fieldCount = 0;
  /** Four offsets a field: name start, name end, value start, value end. */
  spans: Int32Array = takeSpans();
  /** A `fieldNames` id a field, 0 for names the gateway has no business with. */
  ids = new Uint8Array(fieldsAtFirst);
  /** One bit for each known name that occurs, ids below 32 and from 32 on. */
  #seenLow = 0;
  #seenHigh = 0;
  minorVersion = 1;
  /** Whether it came over HTTP/2 and was spelled as HTTP/1.1 afterwards. */
  overHttp2 = false;
  framing: Framing = framing.none;
  /** Meaningful when `framing` is length; for answers to HEAD the announced length. */
  contentLength = 0;
  /** Whether the sender keeps the connection open after this message. */
  keepAlive = true;
  /** Whether `Connection` lists `upgrade` and an `Upgrade` field stands there. */
  upgrade = false;
  /** Whether `Connection` names fields of this message that must not be forwarded. */
  hasNominatedFields = false;

  protected resetHead(bytes: Buffer, start: number): void {
    this.bytes = bytes;
    this.start = start;
    this.fieldCount = 0;
    this.overHttp2 = false;
    this.framing = framing.none;
    this.contentLength = 0;
    this.keepAlive = true;
    this.upgrade = false;
    this.hasNominatedFields = false;
    this.#seenLow = 0;
    this.#seenHigh = 0;
  }

  /** Notes one more field. */
  addField(id: number, nameStart: number, nameEnd: number, from: number, to: number): void {
    const index = this.fieldCount++;
    if (index >= this.ids.length) this.#grow();
    const { spans } = this;
    const at = index * 4;
    spans[at] = nameStart;
    spans[at + 1] = nameEnd;
    spans[at + 2] = from;
    spans[at + 3] = to;
    this.ids[index] = id;
    if (id === 0) return;
    if (id < 32) this.#seenLow |= 1 << id;
    else this.#seenHigh |= 1 << (id - 32);
  }

  /** Whether a field with this known name is there. */
  has(id: FieldId): boolean {
    return ((id < 32 ? this.#seenLow >>> id : this.#seenHigh >>> (id - 32)) & 1) === 1;
  }

  /** From now on it is as if no field of this name had come. */
  drop(lowerCaseName: string): void {
    for (let index = 0; index < this.fieldCount; index++) {
      if (this.#isNamed(index, lowerCaseName)) this.dropAt(index);
    }
  }

  /** And of those that read like it where underscores are taken for hyphens, as CGI does. */
  dropAlike(lowerCaseName: string): void {
    const hyphened = lowerCaseName.replaceAll("_", "-");
    for (let index = 0; index < this.fieldCount; index++) {
      const name = this.nameAt(index);
      if (name.length !== hyphened.length) continue;
      if (name.toLowerCase().replaceAll("_", "-") === hyphened) this.dropAt(index);
    }
  }

  /** The same of one field line. */
  dropAt(index: number): void {
    // It stays where it is, under a name that is never forwarded.
    this.ids[index] = fieldNames["keep-alive"];
    this.spans[index * 4 + 1] = this.spans[index * 4] as number;
  }

  #grow(): void {
    const spans = new Int32Array(this.spans.length * 2);
    spans.set(this.spans);
    this.spans = spans;
    const ids = new Uint8Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
  }

  /** As `Via` names it (RFC 9110 §7.6.3). */
  get receivedVersion(): string {
    return this.overHttp2 ? "2" : `1.${this.minorVersion}`;
  }

  nameAt(index: number): string {
    return latin1(this.bytes, this.spans[index * 4] as number, this.spans[index * 4 + 1] as number);
  }

  valueAt(index: number): string {
    return latin1(
      this.bytes,
      this.spans[index * 4 + 2] as number,
      this.spans[index * 4 + 3] as number,
    );
  }

  /** Without a string for the name: policies and entries ask for fields of every message. */
  #isNamed(index: number, lowerCaseName: string): boolean {
    const { bytes, spans } = this;
    const from = spans[index * 4] as number;
    if ((spans[index * 4 + 1] as number) - from !== lowerCaseName.length) return false;
    for (let at = 0; at < lowerCaseName.length; at++) {
      const octet = bytes[from + at] as number;
      const folded = octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
      if (folded !== lowerCaseName.charCodeAt(at)) return false;
    }
    return true;
  }

  /** Index of the first field with a known name, or -1. */
  indexOf(id: FieldId): number {
    for (let index = 0; index < this.fieldCount; index++) if (this.ids[index] === id) return index;
    return -1;
  }

  /** Value of the first field with a known name. */
  value(id: FieldId): string | undefined {
    if (!this.has(id)) return undefined;
    const index = this.indexOf(id);
    return index < 0 ? undefined : this.valueAt(index);
  }

  /** The same; where it reads like `usual`, that string is given instead of a new one. */
  valueLike(id: FieldId, usual: string): string | undefined {
    if (!this.has(id)) return undefined;
    const index = this.indexOf(id);
    if (index < 0) return undefined;
    const from = this.spans[index * 4 + 2] as number;
    const { bytes } = this;
    let same = (this.spans[index * 4 + 3] as number) - from === usual.length;
    for (let at = 0; same && at < usual.length; at++) {
      same = bytes[from + at] === usual.charCodeAt(at);
    }
    return same ? usual : this.valueAt(index);
  }

  /**
   * Value of a field by its lower-case name; several lines are joined with ", " (RFC 9110 §5.3).
   */
  field(lowerCaseName: string): string | undefined {
    let found: string | undefined;
    for (let index = 0; index < this.fieldCount; index++) {
      if (!this.#isNamed(index, lowerCaseName)) continue;
      const value = this.valueAt(index);
      found = found === undefined ? value : `${found}, ${value}`;
    }
    return found;
  }
}

export class RequestHead extends Head {
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** Where the path stands in the target; for absolute-form it follows the authority. */
  pathStart = 0;
  /** Before `?` or at the end of the target. */
  pathEnd = 0;
  /** The authority of an absolute-form target (RFC 9112 §3.2.2), or that of `Host`; end 0: none. */
  authorityStart = 0;
  authorityEnd = 0;
  expectContinue = false;
  /** Whether the path has a `%2F`; a service has to allow it. */
  encodedSlash = false;
  /** Whether the path has a `;`, plain or encoded, at which some services cut a segment off. */
  hasPathParameters = false;

  reset(bytes: Buffer, start: number): void {
    this.resetHead(bytes, start);
    this.authorityStart = 0;
    this.authorityEnd = 0;
    this.expectContinue = false;
    this.encodedSlash = false;
    this.hasPathParameters = false;
  }

  /** What came was no head: nothing is said. */
  clear(): void {
    this.reset(emptyBytes, 0);
    this.methodStart = this.methodEnd = 0;
  }

  get method(): string {
    const { bytes, methodStart: at } = this;
    const length = this.methodEnd - at;
    if (length === 3 && bytes[at] === 0x47 && bytes[at + 1] === 0x45) return "GET";
    if (length === 4 && bytes[at] === 0x50 && bytes[at + 1] === 0x4f) return "POST";
    return latin1(bytes, at, this.methodEnd);
  }

  get target(): string {
    return latin1(this.bytes, this.targetStart, this.targetEnd);
  }

  /** Where the path stands. */
  get octets(): this {
    return this;
  }

  /** Path without query, as sent (percent-encoding kept), already known to be safe. */
  get path(): string {
    return latin1(this.bytes, this.pathStart, this.pathEnd);
  }

  /** Path and query as sent. */
  get pathAndQuery(): string {
    return latin1(this.bytes, this.pathStart, this.targetEnd);
  }

  get authority(): string {
    return latin1(this.bytes, this.authorityStart, this.authorityEnd);
  }

  /** Host name in lower case, without port. */
  get host(): string {
    const authority = this.authority.toLowerCase();
    const colon = authority.lastIndexOf(":");
    return colon > authority.lastIndexOf("]") ? authority.slice(0, colon) : authority;
  }
}

export class ResponseHead extends Head {
  status = 0;

  reset(bytes: Buffer, start: number): void {
    this.resetHead(bytes, start);
    this.status = 0;
  }

  /** Interim answers other than 101 (RFC 9110 §15.2). */
  get isInterim(): boolean {
    return this.status < 200 && this.status !== 101;
  }
}
