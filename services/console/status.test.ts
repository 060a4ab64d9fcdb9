import { expect, it } from '@jest/globals';
import type { Cursor, Outcome } from '../../schemas/types.ts';
import { flows } from './flows.ts';
import { ConsoleState } from './state/console-state.ts';
import { noOutlook } from './state/pace.ts';
import type { SideTrouble } from './state/side-watch.ts';
import { statusOf } from './status.ts';

function world() {
  const state = new ConsoleState('main', () => undefined);
  const asked: string[] = [];
  const lagOf = (group: string, topic: string) => void asked.push(`${group} ${topic}`);
  const sides: SideTrouble[] = [];
  const known = { others: { records: 0, started: true } as { records: number; started: boolean } | null };
  const waiting = (group: string) =>
    group.endsWith('.inventory-applier') ? { records: 7, started: true } : known.others;
  const status = (modes: Record<string, 'off' | 'dry' | 'on'> = {}) =>
    statusOf({
      instance: 'main',
      modes,
      state,
      lags: { of: (group, topic) => lagOf(group, topic) ?? waiting(group), outlook: () => noOutlook },
      complete: () => true,
      since: 1,
      troubles: () => [],
      sides: () => sides,
      now: () => 10_000,
    });
  return { state, asked, sides, known, status };
}

it('lists every known flow, and behind them whatever else has written outcomes', () => {
  const { state, status } = world();
  const outcome = { key: 'a', status: 'applied', attempts: 1, cause: null, occurredAt: 1, finishedAt: 9_000 };
  for (const topic of ['b.topic', 'a.topic'])
    state.takeOutcome({ ...outcome, group: 'cartage.main.gift-applier', topic } as Outcome);
  const names = status().flows.map(({ process, topic }) => `${process}/${topic}`);
  expect(names.slice(0, flows.length)).toEqual(flows.map(({ process, topic }) => `${process}/${topic}`));
  expect(names.slice(flows.length)).toEqual(['gift-applier/a.topic', 'gift-applier/b.topic']);
  expect(status().flows.at(-1)).toMatchObject({ lastHour: { applied: 1 }, mode: null, control: null });
});

it('asks for the lag of a flow on dry in the group of its own', () => {
  const { asked, status } = world();
  const modes = (orders: 'dry' | 'on') => status({ orders }).flows.map(({ mode }) => mode);
  expect(modes('dry')).toContain('dry');
  expect(asked).toContain('cartage.main.order-exporter.dry magento.orders');
  expect(modes('on')).not.toContain('dry');
  expect(asked).toContain('cartage.main.order-exporter magento.orders');
});

it('lists the positions of sources by process and source', () => {
  const { state, status } = world();
  for (const [id, process, source] of [
    ['1', 'order-relay', 'main/orders'],
    ['2', 'erp-ingester', 'main'],
    ['3', 'order-relay', 'main/customers'],
  ])
    state.takeCursor(id!, { process, source } as Cursor);
  expect(status().cursors.map(({ process, source }) => `${process}/${source}`)).toEqual([
    'erp-ingester/main',
    'order-relay/main/customers',
    'order-relay/main/orders',
  ]);
});

it('says which side does not answer, since when, what waits for it and what to do', () => {
  const { sides, known, status } = world();
  expect(status()).toMatchObject({ troubles: [], sides: [] });
  const told = { code: 'magento.unreachable', what: 'Magento did not answer', fix: 'Look at it' };
  sides.push({ side: 'shop', since: Date.parse('2026-11-28T10:03:20Z'), section: 'Server errors', ...told });
  expect(status({ stock: 'on' }).troubles).toEqual([
    'The shop does not answer as it should since 2026-11-28 10:03 UTC; waiting: Stock. Magento did not answer. Look at it. Runbook: “Server errors” in deploy/README.md',
  ]);
  expect(status({ stock: 'off' }).troubles[0]).toContain('nothing waits for it');
  sides[0]!.side = 'ERP';
  expect(status({ stock: 'on' }).troubles[0]).toContain('The ERP does not answer as it should since');
  expect(status({ stock: 'on' }).troubles[0]).toContain(
    'nothing waits for it; what changes there is read later. ',
  );
  known.others = null;
  expect(status({ stock: 'on' }).troubles[0]).toContain('what waits for it is not known; ');
  sides[0]!.side = 'shop';
  expect(status({ stock: 'on' }).troubles[0]).toContain('waiting: Stock; what else does is not known. ');
});
