import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Coordinator, CoordinatorFigures } from '../services/coordinator.ts';

/** How long requests took, by route. */
export type RequestTimer = (
  labels: { route: string; method: string; status: number },
  seconds: number,
) => void;

export interface Metrics {
  readonly observeRequest: RequestTimer;
  /** Prometheus' text format. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Metrics of one server: the coordinator's figures, its requests, its process. */
export function makeMetrics(coordinator: Pick<Coordinator, 'figures'>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  addFigures(registry, coordinator);
  const requests = new Histogram({
    name: 'legend_http_request_seconds',
    help: 'Time from request to answer; a poll waits for an assignment.',
    labelNames: ['route', 'method', 'status'] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 30, 60],
    registers: [registry],
  });
  return {
    observeRequest: (labels, seconds) => requests.observe(labels, seconds),
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

type Figure = readonly [kind: typeof Gauge | typeof Counter, name: string, help: string];

const figureMetrics: Readonly<Record<keyof CoordinatorFigures, Figure>> = {
  devicesPresent: [Gauge, 'legend_devices_present', 'Devices that gave a sign of life lately.'],
  runsUnderWay: [Gauge, 'legend_runs_under_way', 'Runs that go on.'],
  pollsWaiting: [Gauge, 'legend_polls_waiting', 'Devices that wait for an assignment.'],
  updatesAccepted: [Counter, 'legend_updates_accepted_total', 'Updates that count.'],
  updatesRejected: [Counter, 'legend_updates_rejected_total', 'Updates that were refused.'],
  bytesReceived: [Counter, 'legend_received_bytes_total', 'Bytes of updates.'],
  bytesSent: [Counter, 'legend_sent_bytes_total', 'Bytes of adapters and models.'],
  roundsFinished: [Counter, 'legend_rounds_finished_total', 'Rounds that are over.'],
};

/** The figures are read when they are asked for. */
function addFigures(registry: Registry, coordinator: Pick<Coordinator, 'figures'>): void {
  for (const [key, [Kind, name, help]] of Object.entries(figureMetrics)) {
    const metric: Gauge | Counter = new Kind({
      name,
      help,
      registers: [registry],
      collect() {
        metric.reset();
        metric.inc(coordinator.figures[key as keyof CoordinatorFigures]);
      },
    });
  }
}
