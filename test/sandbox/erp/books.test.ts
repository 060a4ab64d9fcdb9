/** What the ERP refuses, in words a caller can act on, and what its books refuse whoever asks. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seed } from './index.ts';
import { startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';

let erp: TestErp;
beforeAll(async () => {
  erp = await startTestErp();
});
afterAll(() => erp.close());

describe('input', () => {
  it('is refused with a code and the path of the field', async () => {
    const answer = await erp.call('POST', '/receipts', {
      sku: 'MUG-STONE',
      warehouse: 'WH1',
      quantity: '1.23456',
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'input_invalid', problems: [{ path: 'quantity' }] },
    });
    const refused = async (path: string, body: unknown) => {
      const { status, body: said } = await erp.call('POST', path, body);
      return [status, (said as { code: string }).code];
    };
    const place = { sku: 'MUG-STONE', warehouse: 'WH1' };
    expect(await refused('/receipts', { ...place, quantity: 0 })).toEqual([400, 'input_invalid']);
    expect(await refused('/receipts', { ...place, quantity: 1, amount: 2 })).toEqual([400, 'input_invalid']);
    expect(await refused('/receipts', { ...place, sku: 'X', quantity: 1 })).toEqual([404, 'product_unknown']);
    expect(await refused('/receipts', { ...place, warehouse: 'X', quantity: 1 })).toEqual([
      404,
      'warehouse_unknown',
    ]);
    expect(await refused('/products', { sku: 'MUG-STONE', name: 'Again', price: 1 })).toEqual([
      409,
      'exists_already',
    ]);
    expect(await refused('/reservations', { ...place, quantity: 100_000 })).toEqual([409, 'stock_short']);
    expect(await refused('/nothing', {})).toEqual([404, 'path_unknown']);
    expect(await refused('/deliveries/x/ship', {})).toEqual([400, 'input_invalid']);
  });
});

describe('the books', () => {
  it('refuse to rewrite a move that is done', async () => {
    await expect(erp.owner.query(`update stock_move set quantity = 1 where state = 'done'`)).rejects.toThrow(
      'correct it by a move back',
    );
  });

  it('take the seed a second time without a change', async () => {
    const counts = `select (select count(*) from product) p, (select count(*) from stock_move) m,
                           (select count(*) from price_item) i, (select count(*) from location) l`;
    const before = (await erp.owner.query(counts)).rows;
    await seed(erp.owner);
    expect((await erp.owner.query(counts)).rows).toEqual(before);
  });
});
