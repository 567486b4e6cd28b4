/**
 * Tiles and entry bundles by their paths (C2SP tlog-tiles): `tile/<L>/<N>[.p/<W>]` and
 * `tile/entries/<N>[.p/<W>]`, without a slash in front.
 */
import { assert } from "#base/assert.ts";
import type { Problem } from "#base/problem.ts";
import { malformed } from "./problems.ts";

/** Hashes in a tile that is full, entries in a bundle that is full. */
export const tileWidth = 256;

/** 256 consecutive hashes of one level, or 256 consecutive entries; fewer at the tree's edge. */
export interface Tile {
  /** 0: hashes of leaves; each hash of level 1 is the root of a full tile of level 0. */
  readonly level: number | "entries";
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

const levelMax = 63;
/** Below it every index of an entry is a safe integer. */
const indexMax = Math.floor(Number.MAX_SAFE_INTEGER / tileWidth);

export function tilePath({ level, index, width }: Tile): string {
  assert(width >= 1 && width <= tileWidth, "a tile has 1 to 256 hashes");
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const elements = padded.match(/\d{3}/g) ?? [];
  const name = elements.map((three, n) => (n < elements.length - 1 ? `x${three}` : three));
  return `tile/${level}/${name.join("/")}${width === tileWidth ? "" : `.p/${width}`}`;
}

const form = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** Only the one spelling that `tilePath` writes is taken. */
export function parseTilePath(path: string): Tile | Problem {
  const match = path.length > 64 ? null : form.exec(path);
  if (match === null) {
    return malformed(
      `${JSON.stringify(path.slice(0, 64))} is no path of a tile; ` +
        "expected tile/LEVEL/N, tile/entries/N or one of them with .p/WIDTH",
    );
  }
  const [, level = "", name = "", partial] = match;
  const tile: Tile = {
    level: level === "entries" ? level : Number(level),
    index: Number(name.replaceAll(/[x/]/g, "")),
    width: partial === undefined ? tileWidth : Number(partial),
  };
  const inRange = tile.level === "entries" || tile.level <= levelMax;
  if (!inRange) return malformed(`level ${level} of a tile; the highest is ${levelMax}`);
  if (tile.index > indexMax) return malformed(`tile ${name}; the highest is ${indexMax}`);
  const canBe = partial === undefined || tile.width < tileWidth;
  if (!canBe) return malformed(`width ${partial} of a partial tile; expected 1 to 255`);
  if (tilePath(tile) !== path) return malformed(`${path} is spelled ${tilePath(tile)}`);
  return tile;
}

/** Complete hashes of a tile level in a tree of this size. */
function hashesOfLevel(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** Width of a tile in a tree of this size; 0 when it has no such tile. */
export function widthOfTile(level: number | "entries", index: number, size: number): number {
  const hashes = hashesOfLevel(level === "entries" ? 0 : level, size);
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
}

/** Every tile and bundle that a tree of this size consists of, partial ones last on their level. */
export function* tilesOf(size: number): Generator<Tile> {
  for (const level of ["entries", 0, 1, 2, 3, 4, 5, 6] as const) {
    const hashes = hashesOfLevel(level === "entries" ? 0 : level, size);
    for (let index = 0; index * tileWidth < hashes; index++) {
      yield { level, index, width: widthOfTile(level, index, size) };
    }
  }
}
