/** So many at once, so many who wait; beyond, nobody is taken. */
export function createQueue(
  atOnceMax: number,
  waitingMax: number,
): <Result>(work: () => Promise<Result>) => Promise<Result | "full"> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay >= atOnceMax) {
      if (waiting.length >= waitingMax) return "full";
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else underWay++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The next one takes the place, so the number stays.
      if (next === undefined) underWay--;
      else next();
    }
  };
}
