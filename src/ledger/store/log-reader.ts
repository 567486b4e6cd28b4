/** Reads a ledger, also while another process or thread writes it. */
import { isProblem } from "#base/problem.ts";
import { parseCheckpoint } from "#ledger/tree/checkpoint.ts";
import { hashBytes } from "#ledger/tree/hashes.ts";
import { tileWidth, widthOfTile } from "#ledger/tree/tile.ts";
import { readCheckpointFile } from "./checkpoint-store.ts";
import { layoutOf } from "./layout.ts";
import { findHolder } from "./lock.ts";
import { currentEpoch } from "./log-file.ts";
import type { LogReader, ReaderOptions } from "./log.ts";
import { damaged, LedgerProblem, problems, trying } from "./problems.ts";
import { findEntries, findExchange } from "./find-exchange.ts";
import { createReaderView, type ReaderView } from "./reader-view.ts";
import { segmentInfos } from "./segment-infos.ts";

export function openReader(options: ReaderOptions): LogReader {
  const layout = layoutOf(options.path);
  const what = `read the ledger in ${options.path}`;
  return trying(what, () => {
    let size = 0;
    let checkpoint: Buffer | undefined;
    const view = createReaderView(options.disk, layout, () => size);
    const refresh = (synced = 0): void =>
      trying(what, () => {
        view.refresh();
        checkpoint = readCheckpointFile(options.disk, layout.checkpointFile);
        const signed = signedSize(checkpoint);
        // Signed while the files were looked at: what it covers stands in them now.
        if (signed > view.valid) view.refresh();
        const proven = Math.max(synced, view.proven, signed);
        // Nobody is writing: what is whole will be taken over by the next writer.
        const isOver = proven < view.valid && !isHeld();
        size = isOver ? view.valid : Math.min(proven, view.valid);
      });
    const isHeld = (): boolean =>
      findHolder(options.disk, options.processes, layout.lockFile) !== undefined;
    refresh();
    return {
      get origin() {
        return currentEpoch(view.facts).origin;
      },
      get epochs() {
        return view.facts.epochs;
      },
      get size() {
        return size;
      },
      refresh,
      entry: (index) => entryAt(view, index, size),
      scan: (from, to, visit) =>
        void view.scan(Math.max(0, from), Math.min(to, size), (index, bytes, start, end) =>
          visit(index, bytes.subarray(start, end)),
        ),
      leafHash(index) {
        requireEntry(index, size);
        const at = index % tileWidth;
        return view.readTile(0, Math.floor(index / tileWidth), at + 1).subarray(at * hashBytes);
      },
      hashTile(level, index, width) {
        const most = widthOfTile(level, index, size);
        if (width >= 1 && width <= most) return view.readTile(level, index, width);
        throw noEntry(`tile ${index} of level ${level} has ${most} hashes, not ${width}`);
      },
      checkpoint: () => checkpoint,
      findExchange: (id) => findExchange(view, id, size),
      findEntries: (id) => findEntries(view, id, size),
      segments: () => segmentInfos(view, size),
      searchFacts: (segment) =>
        segment < view.facts.keptFrom || segment >= view.sealed
          ? undefined
          : view.sealedSegment(segment).searchFacts(),
      close: () => view.close(),
    };
  });
}

function signedSize(bytes: Buffer | undefined): number {
  const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
  return checkpoint === undefined || isProblem(checkpoint) ? 0 : checkpoint.size;
}

function entryAt(view: ReaderView, index: number, size: number): Buffer {
  requireEntry(index, size);
  view.requireKept(index);
  let found: Buffer | undefined;
  view.scan(index, index + 1, (_, bytes, from, to) => {
    found = Buffer.from(bytes.subarray(from, to));
    return false;
  });
  if (found !== undefined) return found;
  // Dropped at this moment.
  view.requireKept(index);
  throw damaged(`entry ${index} is not where it should be`);
}

function requireEntry(index: number, size: number): void {
  if (Number.isSafeInteger(index) && index >= 0 && index < size) return;
  throw noEntry(`there is no entry ${index}; the ledger has ${size}`);
}

function noEntry(detail: string): LedgerProblem {
  return new LedgerProblem(problems["ledger-no-entry"](detail));
}
