const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once, and its PostgreSQL with it. */
export function askedToStop(): Promise<"asked"> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      let times = 0;
      process.on(signal, () => {
        times++;
        if (times > 1) process.exit(128 + numbers[signal]);
        resolve("asked");
      });
    }
  });
}
