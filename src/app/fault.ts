/** Ways to lose a worker, for the tests of what happens then. */
import type { Fault } from "./worker-messages.ts";

export function causeFault(fault: Fault): Promise<never> | boolean {
  switch (fault) {
    case "throw":
      queueMicrotask(() => {
        throw new Error("a fault that a test asked for");
      });
      return true;
    case "reject":
      void Promise.reject(new Error("a rejection that a test asked for"));
      return true;
    case "exhaust-heap": {
      const hoard: unknown[] = [];
      for (;;) hoard.push(Array.from({ length: 1_000 }, (_, index) => ({ index })));
    }
  }
}
