/**
 * The chunked transfer coding (RFC 9112 §7.1), read from any split of the bytes and in place:
 * kept bytes move to the front of what was read. Extensions are checked and dropped (§7.1.1 has
 * a recipient ignore them), so that no back end can read them differently.
 */
import type { Limits } from "#base/limits.ts";
import { fieldCharacter, hexValue, tokenCharacter } from "./characters.ts";
import { fieldNames, type FieldId } from "./field-names.ts";
import { ResponseHead } from "./head.ts";
import { parseFields } from "./parse-fields.ts";
import { parseFault } from "./parse-faults.ts";

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;

/** Back ends that count in 32 bits with a sign must read the same size as we do. */
const chunkBytesMax = 0x7fff_ffff;
const sizeDigitsMax = 12;
const extensionBytesMax = 1024;

const at = {
  sizeFirst: 0,
  size: 1,
  sizeEnd: 2,
  data: 3,
  dataEndCr: 4,
  dataEndLf: 5,
  trailerOrEnd: 6,
  lastLf: 7,
  trailer: 8,
  extension: 9,
  extensionQuoted: 10,
  extensionEscape: 11,
  extensionValue: 12,
  extensionEnd: 13,
  done: 14,
} as const;
type State = (typeof at)[keyof typeof at];

/** Fields that a trailer must not carry (RFC 9110 §6.5.1): it comes too late for what they do. */
const forbiddenInTrailers: ReadonlySet<FieldId> = new Set([
  fieldNames.host,
  fieldNames.connection,
  fieldNames["keep-alive"],
  fieldNames["proxy-connection"],
  fieldNames.te,
  fieldNames.trailer,
  fieldNames["transfer-encoding"],
  fieldNames.upgrade,
  fieldNames["content-length"],
  fieldNames.expect,
  fieldNames.via,
  fieldNames["x-forwarded-for"],
  fieldNames["x-forwarded-proto"],
  fieldNames["x-forwarded-host"],
  fieldNames.forwarded,
  fieldNames["x-request-id"],
  fieldNames.traceparent,
  fieldNames.authorization,
  fieldNames["x-api-key"],
  fieldNames["max-forwards"],
  fieldNames["content-type"],
  fieldNames["content-encoding"],
  fieldNames.cookie,
  fieldNames["set-cookie"],
]);

export class ChunkedReader {
  /** Whether framing bytes are dropped, so that only data is kept. */
  #decode = false;
  #state: State = at.sizeFirst;
  #digits = 0;
  #left = 0;
  #extensionBytes = 0;
  /** Octets of the present name or value. */
  #extensionPart = 0;
  #trailerBytes: Buffer | undefined;
  /** The trailer section, once `done`, when it had fields; its bytes are never among the kept. */
  trailers: ResponseHead | undefined;
  /** End of the kept bytes, which begin where `read` was told to begin. */
  keptEnd = 0;
  /** Count of data octets so far, framing not included. */
  dataBytes = 0;

  get done(): boolean {
    return this.#state === at.done;
  }

  begin(decode: boolean): void {
    this.#decode = decode;
    this.#state = at.sizeFirst;
    this.#digits = 0;
    this.#left = 0;
    this.#extensionBytes = 0;
    this.#trailerBytes = undefined;
    this.trailers = undefined;
    this.dataBytes = 0;
  }

  /**
   * Reads [from, end). Kept bytes are then [from, keptEnd).
   * @returns the offset behind the last byte of the body when `done`, else `end`; a fault if < 0.
   */
  read(bytes: Buffer, from: number, end: number, limits: Limits): number {
    let next = from;
    let kept = from;
    const decode = this.#decode;
    while (next < end) {
      const octet = bytes[next] as number;
      let keep = !decode;
      switch (this.#state) {
        case at.sizeFirst:
        case at.size: {
          const digit = hexValue[octet] as number;
          if (digit < 16) {
            if (++this.#digits > sizeDigitsMax) return parseFault.chunkSizeInvalid;
            this.#left = this.#left * 16 + digit;
            if (this.#left > chunkBytesMax) return parseFault.chunkSizeInvalid;
            this.#state = at.size;
          } else if (this.#digits === 0) return parseFault.chunkSizeInvalid;
          else if (octet === CR) this.#state = at.sizeEnd;
          else if (octet === SEMICOLON) {
            this.#state = at.extension;
            this.#extensionPart = 0;
            keep = false;
          } else return parseFault.chunkSizeInvalid;
          break;
        }
        case at.extension:
        case at.extensionQuoted:
        case at.extensionEscape:
        case at.extensionValue:
        case at.extensionEnd: {
          const fault = this.#readExtension(octet);
          if (fault !== 0) return fault;
          keep = keep && this.#extensionEnded();
          break;
        }
        case at.sizeEnd:
          if (octet !== LF) return parseFault.chunkSizeInvalid;
          this.#digits = 0;
          this.#extensionBytes = 0;
          this.#state = this.#left === 0 ? at.trailerOrEnd : at.data;
          break;
        case at.data: {
          const count = Math.min(this.#left, end - next);
          if (kept !== next) bytes.copyWithin(kept, next, next + count);
          kept += count;
          next += count;
          this.#left -= count;
          this.dataBytes += count;
          if (this.#left === 0) this.#state = at.dataEndCr;
          continue;
        }
        case at.dataEndCr:
          if (octet !== CR) return parseFault.chunkEndInvalid;
          this.#state = at.dataEndLf;
          break;
        case at.dataEndLf:
          if (octet !== LF) return parseFault.chunkEndInvalid;
          this.#state = at.sizeFirst;
          break;
        case at.trailerOrEnd:
          if (octet !== CR) {
            this.#state = at.trailer;
            continue;
          }
          this.#state = at.lastLf;
          break;
        case at.lastLf:
          if (octet !== LF) return parseFault.trailerInvalid;
          if (keep) bytes[kept++] = octet;
          this.#state = at.done;
          this.keptEnd = kept;
          return next + 1;
        case at.trailer: {
          const result = this.#readTrailers(bytes, next, end, limits);
          this.keptEnd = kept;
          return result;
        }
        case at.done:
          return next;
      }
      if (keep) bytes[kept++] = octet;
      next++;
    }
    this.keptEnd = kept;
    return end;
  }

  /** One octet of `;name`, `;name=value` or `;name="quoted"` (RFC 9112 §7.1.1). 0 or a fault. */
  #readExtension(octet: number): number {
    if (++this.#extensionBytes > extensionBytesMax) return parseFault.chunkExtensionInvalid;
    if (this.#state === at.extensionEscape) {
      this.#state = at.extensionQuoted;
      return fieldCharacter[octet] === 1 ? 0 : parseFault.chunkExtensionInvalid;
    }
    if (this.#state === at.extensionQuoted) {
      if (octet === 0x22) this.#state = at.extensionEnd;
      else if (octet === 0x5c) this.#state = at.extensionEscape;
      return fieldCharacter[octet] === 1 ? 0 : parseFault.chunkExtensionInvalid;
    }
    const part = this.#extensionPart;
    if (this.#state !== at.extensionEnd) {
      if (tokenCharacter[octet] !== 0) {
        this.#extensionPart++;
        return 0;
      }
      if (octet === 0x22 && this.#state === at.extensionValue && part === 0) {
        this.#state = at.extensionQuoted;
        return 0;
      }
      if (part === 0) return parseFault.chunkExtensionInvalid;
    }
    this.#extensionPart = 0;
    if (octet === CR) this.#state = at.sizeEnd;
    else if (octet === SEMICOLON) this.#state = at.extension;
    else if (octet === 0x3d && this.#state === at.extension) this.#state = at.extensionValue;
    else return parseFault.chunkExtensionInvalid;
    return 0;
  }

  #extensionEnded(): boolean {
    return this.#state === at.sizeEnd;
  }

  /** Gathers the trailer section until it is whole, then checks it. */
  #readTrailers(bytes: Buffer, from: number, end: number, limits: Limits): number {
    const before = this.#trailerBytes?.length ?? 0;
    const more = bytes.subarray(from, Math.min(end, from + limits.trailerBytesMax + 4));
    const gathered = Buffer.concat([this.#trailerBytes ?? Buffer.alloc(0), more]);
    const head = new ResponseHead();
    const result = readTrailerSection(head, gathered, limits);
    if (result < 0) return result;
    if (result === 0) {
      this.#trailerBytes = gathered;
      return end;
    }
    this.trailers = head;
    this.#state = at.done;
    return from + result - before;
  }
}

/**
 * Reads the field lines of a trailer section and the empty line behind them, from 0 on.
 * @returns the offset behind them; 0: they are not whole; a fault if < 0.
 */
export function readTrailerSection(head: ResponseHead, bytes: Buffer, limits: Limits): number {
  head.reset(bytes, 0);
  const section = { ...limits, headBytesMax: limits.trailerBytesMax };
  const result = parseFields(head, bytes, 0, bytes.length, section);
  if (result <= 0) return result < 0 ? parseFault.trailerInvalid : 0;
  for (let index = 0; index < head.fieldCount; index++) {
    if (forbiddenInTrailers.has(head.ids[index] as number)) return parseFault.trailerForbidden;
  }
  return result;
}
