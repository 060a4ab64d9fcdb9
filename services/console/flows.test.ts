import { expect, it } from '@jest/globals';
import { contracts } from '../../schemas/topics.ts';
import { flows } from './flows.ts';

/** They read a whole topic to remember what they published, without a group: there is no lag to show. */
const readWithoutGroup = new Set([
  'order-relay/magento.orders',
  'order-relay/cartage.cursors',
  'erp-ingester/cartage.cursors',
]);

it('knows every process that reads a topic with a group, and no other', () => {
  const processes = new Set(contracts.flatMap(({ writers }) => writers));
  const expected = contracts.flatMap(({ topic, readers }) =>
    readers
      .filter((reader) => processes.has(reader) && reader !== 'cli' && reader !== 'console')
      .map((reader) => `${reader}/${topic}`)
      .filter((pair) => !readWithoutGroup.has(pair)),
  );
  expect(flows.map(({ process, topic }) => `${process}/${topic}`).toSorted()).toEqual(expected.toSorted());
});

it('promises what R2 asks for', () => {
  const target = (name: string) => flows.find((flow) => flow.name === name)?.targetP95Ms;
  expect([target('Orders'), target('Stock'), target('Shipments')]).toEqual([300_000, 600_000, 900_000]);
});
