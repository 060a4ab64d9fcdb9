interface Shown {
  get(): Promise<{ values: { labels: object; value: number; metricName?: string }[] }>;
}

/** What a metric shows, by the values of its labels in the order of their names; of a histogram the sum. */
export async function shown(metric: Shown): Promise<Record<string, number>> {
  const { values } = await metric.get();
  const told = values.filter(({ metricName }) => metricName?.endsWith('_sum') ?? true);
  return Object.fromEntries(told.map(({ labels, value }) => [textOf(labels), value]));
}

function textOf(labels: object): string {
  const named = Object.entries(labels).filter(([name]) => name !== 'process' && name !== 'shop');
  return named
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, value]) => value)
    .join(' ');
}
