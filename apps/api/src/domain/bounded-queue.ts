/** The queue is full: the same work may find a place in a moment. */
export class Overloaded extends Error {}

/** Lets so many pieces of work run at once, and so many wait for it; what comes beyond is refused at once. */
export const createBoundedQueue = ({ concurrency, waitingMax }: { concurrency: number; waitingMax: number }) => {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < concurrency) running++;
    else if (waiting.length >= waitingMax) throw new Overloaded(`${waiting.length} are waiting already.`);
    // Who ends hands its place on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
};
