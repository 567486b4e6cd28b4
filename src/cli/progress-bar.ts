/** How far something is, on a terminal; nothing where standard error is a file or a pipe. */
import { nodePlatform } from "#base/platform.ts";

export interface ProgressBar {
  show(done: number, all: number): void;
  /** Takes the bar away. */
  end(): void;
}

const barWidth = 30;
const redrawMs = 100;

export function createProgressBar(noun: string): ProgressBar {
  const { stderr } = process;
  const { monotonicMs } = nodePlatform.clock;
  const startedMs = monotonicMs();
  let drawnMs = -Infinity;
  let isDrawn = false;
  return {
    show(done, all) {
      const nowMs = monotonicMs();
      if (!stderr.isTTY || (nowMs - drawnMs < redrawMs && done < all)) return;
      drawnMs = nowMs;
      isDrawn = true;
      stderr.write(`\r${progressLine(noun, done, all, nowMs - startedMs)}\u001b[K`);
    },
    end() {
      if (isDrawn) stderr.write("\r\u001b[K");
      isDrawn = false;
    },
  };
}

export function progressLine(noun: string, done: number, all: number, elapsedMs: number): string {
  const share = all === 0 ? 1 : Math.min(1, done / all);
  const filled = Math.round(share * barWidth);
  const bar = "#".repeat(filled) + ".".repeat(barWidth - filled);
  const leftS = share === 0 ? undefined : Math.ceil((elapsedMs * (1 / share - 1)) / 1000);
  const left = leftS === undefined ? "" : `, ${leftS} s left`;
  const numbers = `${done.toLocaleString("en")} of ${all.toLocaleString("en")} ${noun}`;
  return `[${bar}] ${Math.floor(share * 100)} %  ${numbers}${left}`;
}
