/** What PromQL expressions ask for, and whether a scrape has it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';

const folder = join(projectFolder, 'deploy/observability');

export interface AlertingRule {
  record?: string;
  alert?: string;
  expr: string;
  annotations?: Record<string, string>;
}

export function alertingRules(): AlertingRule[] {
  const { groups } = parse(readFileSync(join(folder, 'alerts.yaml'), 'utf8')) as {
    groups: { rules: AlertingRule[] }[];
  };
  return groups.flatMap((group) => group.rules);
}

/** Of the panels, and of the list of shops that they are chosen by. */
export function dashboardExpressions(): string[] {
  const { panels, templating } = JSON.parse(
    readFileSync(join(folder, 'grafana/dashboards/cartage.json'), 'utf8'),
  ) as { panels: { targets: { expr: string }[] }[]; templating: { list: { definition: string }[] } };
  return [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...templating.list.map(({ definition }) => definition),
  ];
}

/** One metric as an expression names it: `cartage_records_total{status="rejected"}`. */
export interface Selector {
  name: string;
  matchers: { label: string; value: RegExp }[];
  text: string;
}

/** Labels that Prometheus adds, and those that a person chooses. */
const notOurs = new Set(['job', 'instance', 'shop']);

export function selectorsOf(expression: string): Selector[] {
  return [...expression.matchAll(/\b((?:cartage|process)_[a-z_]+)(?:\{([^}]*)\})?/g)].map(
    ([text, name, list = '']) => ({
      name: name!,
      text,
      matchers: [...list.matchAll(/([a-z_]+)(=~?)"([^"]*)"/g)]
        .filter(([, label]) => !notOurs.has(label!))
        .map(([, label, operator, value]) => ({
          label: label!,
          value: new RegExp(`^(?:${operator === '=' ? RegExp.escape(value!) : value!})$`),
        })),
    }),
  );
}

export interface Sample {
  name: string;
  labels: Record<string, string>;
}

/** The series of a scrape in the Prometheus text format. */
export function samplesOf(scrape: string): Sample[] {
  return scrape.split('\n').flatMap((line) => {
    const [, name, list = ''] = /^([a-z_:]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) return [];
    const labels = [...list.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)];
    return [{ name, labels: Object.fromEntries(labels.map(([, label, value]) => [label!, value!])) }];
  });
}

export function isIn(samples: readonly Sample[], { name, matchers }: Selector): boolean {
  return samples.some(
    (sample) =>
      sample.name === name && matchers.every(({ label, value }) => value.test(sample.labels[label] ?? '')),
  );
}
