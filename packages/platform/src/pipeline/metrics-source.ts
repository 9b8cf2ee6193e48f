import type { Engine } from '@batchfeed/delivery';
import type { MetricsSource } from '../operations/metrics.ts';
import type { CircuitRegister } from './circuit-register.ts';
import type { Stage } from './dead-letter-filter.ts';

/** What the metrics read from both stages and the circuits. */
export function metricsSource(engines: Readonly<Record<Stage, Engine>>, circuits: CircuitRegister): MetricsSource {
  return {
    ledger: (stage) => engines[stage].ledger(),
    windowBytes: (stage) => engines[stage].windowBytes,
    backlogBytes: (stage) => backlogBytes(engines[stage]),
    oldestOpenedAt: () => engines.batch.oldestOpenedAt,
    openCircuits: () => circuits.open,
  };
}

function backlogBytes(engine: Engine): number {
  let bytes = 0;
  for (const destination of engine.destinations()) bytes += engine.backlog(destination).bytes;
  return bytes;
}
