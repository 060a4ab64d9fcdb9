import { expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { ordersThat } from './decided-orders.ts';
import { isDecided } from './order-state.ts';

/** The shop's orders: store id, number, state. */
const orders = [
  [1, '001', 'processing'],
  [1, '002', 'holded'],
  [2, '001', 'new'],
  [2, '002', 'canceled'],
] as const;

let asked = 0;
const magento = {
  orders: {
    inBrief: async (storeId: number, numbers: string[]) => {
      await turn();
      asked += 1;
      return {
        items: orders
          .filter(([store, number]) => store === storeId && numbers.includes(number))
          .map(([, number, state]) => ({ increment_id: number, state })),
        unreadable: [],
      };
    },
  },
};
const storeIds = {
  of: async (code: string) => {
    await turn();
    return code === 'default' ? 1 : 2;
  },
};

it('are those that the shop has in a state in which it lets documents be made, or never will again, each in its own store', async () => {
  const keys = [
    'main/default/001',
    'main/default/002',
    'main/default/003',
    'main/b2b/001',
    'main/b2b/002',
    'no-key',
  ];
  expect(await ordersThat(isDecided, keys, { magento: magento as never, storeIds })).toEqual(
    new Set(['main/default/001', 'main/b2b/001', 'main/b2b/002']),
  );
  expect(asked).toBe(2);
});
