/** Real: alert rules, dashboard, Jaeger's configuration, the metrics as the processes open them, promtool where found. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { countedRefusals } from '../../services/order-relay/webhook/refusals.ts';
import { openMetrics } from '../../services/platform/telemetry/metrics.ts';
import { itWith, program, run } from './programs.ts';
import { processes } from './processes.ts';
import { alertingRules, dashboardExpressions, selectorsOf } from './selectors.ts';

const place = 'deploy/observability';
const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8');
const promtool = program('promtool');
const jaeger = program('jaeger');

const rules = alertingRules();

interface AlertTest {
  alertname: string;
  exp_alerts: unknown[];
}

/** Names that a scrape may hold: histograms come in three. */
async function metricNames(): Promise<Set<string>> {
  const metrics = await openMetrics('any', 'main').registry.getMetricsAsJSON();
  return new Set(
    metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const namesIn = (expression: string) => selectorsOf(expression).map(({ name }) => name);

describe('alerts and dashboard', () => {
  itWith([promtool], 'are rules that Prometheus reads', () => {
    const { code, output } = run(promtool, 'check', 'rules', `${place}/alerts.yaml`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') as unknown });
  });

  itWith([promtool], 'fire when they should, and not when they should not', () => {
    const { code, output } = run(
      promtool,
      'test',
      'rules',
      `${place}/alerts.test.yaml`,
      `${place}/alerts.week.test.yaml`,
    );
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') as unknown });
  });

  itWith([promtool], 'are scraped by a configuration that Prometheus reads', () => {
    const { code, output } = run(promtool, 'check', 'config', '--syntax-only', `${place}/prometheus.yaml`);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') as unknown });
  });

  it('each have a test in which they fire, and one in which they rest', () => {
    const tests = ['alerts.test.yaml', 'alerts.week.test.yaml'].flatMap(
      (file) => (parse(read(`${place}/${file}`)) as { tests: { alert_rule_test: AlertTest[] }[] }).tests,
    );
    const told = (fires: boolean) =>
      new Set(
        tests
          .flatMap(({ alert_rule_test }) => alert_rule_test)
          .filter(({ exp_alerts }) => exp_alerts.length > 0 === fires)
          .map(({ alertname }) => alertname),
      );
    const names = rules.flatMap(({ alert }) => alert ?? []).toSorted();
    expect([...told(true)].toSorted()).toEqual(names);
    expect([...told(false)].toSorted()).toEqual(names);
  });

  it('say of every process when nobody scrapes it', () => {
    const { expr } = rules.find(({ alert }) => alert === 'CartageTargetAbsent')!;
    const named = [...expr.matchAll(/absent\(cartage_ready\{process="([a-z-]+)"\}\)/g)].map(
      ([, name]) => name,
    );
    expect(new Set(named)).toEqual(new Set(processes()));
  });

  it('speak of metrics that there are', async () => {
    const known = await metricNames();
    const expressions = [...rules.map(({ expr }) => expr), ...dashboardExpressions()];
    const unknown = expressions.flatMap(namesIn).filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
  });

  it('show every metric of ours', async () => {
    const shown = new Set(dashboardExpressions().flatMap(namesIn));
    const ours = [...(await metricNames())].filter(
      (name) => name.startsWith('cartage_') && !/_(sum|count)$/.test(name),
    );
    expect(ours.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('send the reader to a section of the runbook that there is', () => {
    const sections = [...read('deploy/README.md').matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const alerts = rules.filter(({ alert }) => alert !== undefined);
    expect(alerts.length).toBeGreaterThan(8);
    expect(
      alerts
        .filter(({ annotations }) => !sections.includes(annotations?.runbook ?? ''))
        .map(({ alert }) => alert),
    ).toEqual([]);
  });

  it('name every reason for which a webhook is refused in the runbook', () => {
    const [, section] = read('deploy/README.md').split('### Webhooks refused');
    const unsaid = countedRefusals().filter(({ reason }) => !section!.includes(`\`${reason}\``));
    expect(unsaid.map(({ reason }) => reason)).toEqual([]);
  });

  it('scrape every process', () => {
    const text = read(`${place}/prometheus.yaml`);
    expect(processes().filter((name) => !text.includes(`${name}:8080`))).toEqual([]);
  });
});

describe('jaeger.yaml', () => {
  itWith([jaeger], 'is accepted by Jaeger', () => {
    const { code, output } = run(jaeger, 'validate', '--config', `file:${place}/jaeger.yaml`);
    expect({ code, output }).toMatchObject({ code: 0 });
  });
});
