import type { Difference } from '../../../schemas/types.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';
import { causes } from '../causes.ts';

type Shown = Pick<Metrics, 'differences' | 'oldestDifference' | 'moneyAtRisk'>;

/** What is compared. */
export interface Compares {
  kinds: readonly string[];
  /** Of the shop: in which nothing is at risk, until something is. */
  currency: string;
}

/** Shows what stands now. Where nothing differs that is 0, and the age of the oldest is no number. */
export function showFigures(
  differences: Iterable<Difference>,
  { kinds, currency: usual }: Compares,
  metrics: Shown,
): void {
  const all = [...differences];
  forget(metrics);
  for (const kind of kinds) {
    for (const { cause } of causes) metrics.differences.set({ kind, cause }, 0);
    metrics.oldestDifference.set({ kind }, NaN);
    metrics.moneyAtRisk.set({ kind, currency: usual }, 0);
  }
  for (const { kind, cause } of all) metrics.differences.inc({ kind, cause });
  for (const [kind, own] of Map.groupBy(all, (one) => one.kind)) {
    const oldestAt = own.reduce((oldest, { firstSeenAt }) => Math.min(oldest, firstSeenAt), Infinity);
    metrics.oldestDifference.set({ kind }, oldestAt / 1000);
    for (const { valueMinor, digits, currency } of own)
      if (valueMinor !== null && currency !== null)
        metrics.moneyAtRisk.inc({ kind, currency }, valueMinor / 10 ** (digits ?? 0));
  }
}

/** It is for another replica to say. */
export function showNothing(
  metrics: Shown & Pick<Metrics, 'equalShare' | 'roundDuration' | 'roundEnded'>,
): void {
  forget(metrics);
  for (const gauge of [metrics.equalShare, metrics.roundDuration, metrics.roundEnded]) gauge.reset();
}

function forget({ differences, oldestDifference, moneyAtRisk }: Shown): void {
  for (const gauge of [differences, oldestDifference, moneyAtRisk]) gauge.reset();
}
