import { expect, it } from '@jest/globals';
import type { Control, Cursor, Outcome, Parked } from '../../../schemas/types.ts';
import { ConsoleState } from './console-state.ts';

const outcome = (group: string, finishedAt: number, own: Partial<Outcome> = {}) =>
  ({
    group,
    topic: 'erp.stock',
    key: 'WH/A',
    status: 'applied',
    attempts: 1,
    cause: null,
    occurredAt: finishedAt - 1_000,
    finishedAt,
    ...own,
  }) as Outcome;

it('knows its own instance only, even beside one whose name begins alike', () => {
  let changes = 0;
  const state = new ConsoleState('main', () => (changes += 1));
  state.takeOutcome(outcome('cartage.main.inventory-applier', 1_000));
  state.takeOutcome(outcome('cartage.main2.inventory-applier', 2_000));
  state.takeParked('cartage.other.x/erp.stock/a', null);
  state.takeParked('b', { group: 'cartage.main2.order-exporter', key: null, code: 'x' } as Parked);
  expect(state.parked.summary().total).toBe(0);
  expect(state.latestOutcomes().map(({ finishedAt }) => finishedAt)).toEqual([1_000]);
  expect([...state.flows.keys()]).toEqual(['inventory-applier/erp.stock']);
  expect(changes).toBe(1);
});

it('shows nothing of what was parked, and of cursors, once their topics were recreated', () => {
  let changes = 0;
  const state = new ConsoleState('main', () => (changes += 1));
  const texts = { cause: 'x', why: null, fix: 'y' };
  state.takeParked('a', {
    group: 'cartage.main.inventory-applier',
    topic: 'erp.stock',
    key: 'WH/A',
    ...texts,
  } as Parked);
  state.takeCursor('b', { source: 'main/orders' } as Cursor);
  state.forgetParked();
  state.forgetCursors();
  expect([state.parked.summary().total, state.cursors.size, changes]).toEqual([0, 0, 4]);
});

it('hides what the other side has quoted, and counts from the newest, in whatever order they come', () => {
  const state = new ConsoleState('main', () => undefined);
  const group = 'cartage.main.inventory-applier';
  state.takeOutcome(outcome(group, 9_000, { cause: '"jane@example.com" is not valid' }));
  state.takeOutcome(outcome(group, 5_000));
  expect(JSON.stringify(state.latestOutcomes())).not.toContain('jane');
  expect(state.flows.get('inventory-applier/erp.stock')!.figures(9_000).lastActivityAt).toBe(9_000);
});

it('keeps a thousand positions of sources, and each of them up to date', () => {
  const state = new ConsoleState('main', () => undefined);
  const take = (number: number, position: string) =>
    state.takeCursor(`c${number}`, { source: `main/${number}`, position } as Cursor);
  for (let number = 0; number <= 1_000; number += 1) take(number, 'old');
  take(7, 'new');
  expect([state.cursors.size, state.cursors.get('c7')!.position]).toEqual([1_000, 'new']);
});

it('shows what was set of its own flows last, however many others are named', () => {
  const state = new ConsoleState('main', () => undefined);
  const set = (reader: string, paused: boolean, instance = 'main') =>
    state.takeControl({ instance, reader, paused } as Control);
  set('order-relay', true);
  set('order-relay', false, 'other');
  for (let index = 0; index < 200; index += 1) set(`made-up-${index}`, true);
  expect([state.controls.size, state.controls.get('order-relay')!.paused]).toEqual([100, true]);
  set('order-relay', false);
  expect(state.controls.get('order-relay')!.paused).toBe(false);
});

it('takes the age of what took effect, where it is known since when it was true', () => {
  const state = new ConsoleState('main', () => undefined);
  const group = 'cartage.main.inventory-applier';
  state.takeOutcome(outcome(group, 60_000, { occurredAt: 20_000 }));
  state.takeOutcome(outcome(group, 60_000, { occurredAt: 59_999, status: 'unchanged' }));
  state.takeOutcome(outcome(group, 60_000, { occurredAt: null }));
  const figures = state.overall.figures(60_000);
  expect(figures.ageP50Ms! / 40_000).toBeCloseTo(1, 1);
  expect(figures.lastHour).toMatchObject({ applied: 2, unchanged: 1 });
  expect(figures.lastActivityAt).toBe(60_000);
});
