import { Counter, Gauge, type Histogram, type Registry } from "prom-client";

/** The plain counters of verification. Its hot path knows nothing of metrics: it counts, and this reads. */
export interface VerificationSource {
  readonly items: number;
  readonly statements: number;
  /** How many statements carried 1, 2, 3 to 4, 5 to 8 … items. */
  readonly sizes: ArrayLike<number>;
  readonly waiting: number;
  readonly refused: number;
  readonly lanesUp: number;
}

export const verificationMetrics = (registry: Registry, source: VerificationSource): void => {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  gauge("authpi_verification_waiting", "Credentials that wait for the next statement.", () => source.waiting);
  gauge("authpi_verification_lanes_up", "Connections of verification that work, of two.", () => source.lanesUp);
  new Counter({
    name: "authpi_verification_refused_total",
    help: "Credentials that could not be verified: too many waited, for too long, or the database was gone.",
    registers,
    collect() {
      this.reset();
      this.inc(source.refused);
    },
  });
  const name = "authpi_verification_batch_size";
  const batches = {
    name,
    get: async () => ({
      name,
      help: "Credentials that one statement verified.",
      type: "histogram",
      values: [
        ...cumulated(source.sizes).map(([le, value]) => ({ metricName: `${name}_bucket`, labels: { le }, value })),
        { metricName: `${name}_bucket`, labels: { le: "+Inf" }, value: source.statements },
        { metricName: `${name}_sum`, labels: {}, value: source.items },
        { metricName: `${name}_count`, labels: {}, value: source.statements },
      ],
    }),
  };
  // A registry asks a metric for its name and for what `get` gives; prom-client has no histogram that is told whole buckets.
  registry.registerMetric(batches as unknown as Histogram);
};

const cumulated = (sizes: ArrayLike<number>): [number, number][] => {
  let sum = 0;
  return Array.from(sizes, (count, power) => {
    sum += count;
    return [2 ** power, sum];
  });
};
