import { afterEach, expect, it, jest } from '@jest/globals';
import type { Found } from './find.ts';
import { print } from './report.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

function printed(found: Partial<Found>): string {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const none = () => ({ keys: new Set<string>(), published: { count: 0, newestAt: null } });
  print({ orders: none(), customers: none(), parkedKeys: [], unreadable: [], ...found }, { dryRun: true });
  return write.mock.calls.map(([text]) => String(text)).join('');
}

it('finding nothing is no word on what others hold: it says where else to look', () => {
  const said = printed({});
  expect(said).toContain('0 customers, 0 orders concerned.');
  expect(said).toMatch(/To do: What shop, ERP, WMS and CRM hold of orders older than 28 days/);
  expect(said).not.toContain('In the ERP: erase');
});

it('what is found is to be erased in shop, ERP and at each subscriber, who may know older orders too', () => {
  const said = printed({
    orders: { keys: new Set(['main/default/1']), published: { count: 1, newestAt: 0 } },
  });
  expect(said).toContain('0 customers, 1 order concerned.');
  expect(said).toContain('magento.orders: 1 record until 1970-01-30T');
  expect(said).toContain('erp.fulfilments: what the ERP said of these orders in comments, for 28 days');
  for (const wanted of [
    'In the shop: erase',
    'In the ERP: erase',
    'WMS reads',
    'CRM reads magento.orders',
    'What shop, ERP',
  ])
    expect(said).toContain(`To do: ${wanted}`);
});

it('an account is read in the shop again: whether it goes is decided there', () => {
  const said = printed({
    customers: { keys: new Set(['main/base/7']), published: { count: 2, newestAt: 0 } },
  });
  expect(said).toContain('1 customer, 0 orders concerned.\nmain/base/7\n');
  expect(said).toMatch(/magento\.customers: 1 customer would be read in the shop again.* Who is not stays\./);
  expect(said).toContain('To do: CRM reads magento.customers');
  expect(said).not.toContain('reads magento.orders');
});
