/** Ways in which a worker can fail, for the tests of what happens then. */
import type { Fault } from "./worker-messages.ts";

let refusesNext = false;

/** Throws once after the fault `refuse-revision`. */
export function failIfAsked(): void {
  if (!refusesNext) return;
  refusesNext = false;
  throw new Error("a refusal that a test asked for");
}

export function causeFault(fault: Fault): boolean {
  switch (fault) {
    case "throw":
      queueMicrotask(() => {
        throw new Error("a fault that a test asked for");
      });
      return true;
    case "reject":
      void Promise.reject(new Error("a rejection that a test asked for"));
      return true;
    case "refuse-revision":
      refusesNext = true;
      return true;
    case "exhaust-heap": {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 1_000 }, (_, index) => ({ index })));
    }
  }
}
