import type { Difference } from '../../../schemas/types.ts';
import type { Metrics } from '../../platform/telemetry/metrics.ts';

type Shown = Pick<Metrics, 'differences' | 'oldestDifference' | 'moneyAtRisk'>;

/** Shows what stands now; of kinds in which nothing differs any more, nothing. */
export function showFigures(differences: Iterable<Difference>, metrics: Shown): void {
  const all = [...differences];
  metrics.differences.reset();
  metrics.oldestDifference.reset();
  metrics.moneyAtRisk.reset();
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
  showFigures([], metrics);
  for (const gauge of [metrics.equalShare, metrics.roundDuration, metrics.roundEnded]) gauge.reset();
}
