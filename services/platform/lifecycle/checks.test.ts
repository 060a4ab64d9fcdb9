import { beforeEach, expect, it } from '@jest/globals';
import { openMetrics } from '../telemetry/metrics.ts';
import { Checks } from './checks.ts';

const metrics = openMetrics('order-relay', 'us');
let checks: Checks;
beforeEach(() => {
  checks = new Checks();
  metrics.ready.reset();
});

async function exported(): Promise<string[]> {
  checks.export(metrics.ready);
  return (await metrics.ready.get()).values.map(({ labels, value }) => `${labels.check} ${value}`);
}

it('show each as it is at each scrape: 1 well, 0 not, 0 also where it throws', async () => {
  let trouble: string | null = null;
  checks.need('kafka', () => trouble);
  checks.need('sweep', () => 'starting');
  checks.need('broken', () => {
    throw new Error('a bug');
  });
  expect(await exported()).toEqual(['kafka 1', 'sweep 0', 'broken 0']);
  trouble = 'no broker';
  expect(await exported()).toEqual(['kafka 0', 'sweep 0', 'broken 0']);
});

it('leave a replica ready where only what is shown is wrong', async () => {
  checks.need('kafka', () => null);
  checks.show('sweep', () => 'no answer of the shop');
  expect(checks.readiness()).toEqual({ kafka: { ok: true } });
  expect(await exported()).toEqual(['kafka 1', 'sweep 0']);
  checks.need('kafka', () => 'no broker');
  expect(checks.readiness()).toEqual({ kafka: { ok: false, why: 'no broker' } });
});

it('tell what somebody wants to be so, and are well with it', async () => {
  let why: string | null = null;
  checks.tell('paused', () => why);
  expect(checks.readiness()).toEqual({});
  why = 'paused by ada';
  expect([checks.readiness(), await exported()]).toEqual([
    { paused: { ok: true, why: 'paused by ada' } },
    [],
  ]);
});

it('need no more what one shows instead: the page that says what is wrong must not go with it', async () => {
  checks.need('kafka', () => 'no broker');
  checks.show('kafka', () => 'no broker');
  expect(checks.readiness()).toEqual({});
  expect(await exported()).toEqual(['kafka 0']);
});
