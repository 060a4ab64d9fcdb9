import { afterEach, expect, it, jest } from '@jest/globals';
import type { Found } from './find.ts';
import { print } from './report.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

function printed(found: Partial<Found>): string {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const none = { orderKeys: new Set<string>(), published: { count: 0, newestAt: null }, parkedKeys: [] };
  print({ ...none, unreadable: [], ...found }, { dryRun: true });
  return write.mock.calls.map(([text]) => String(text)).join('');
}

it('finding nothing is no word on what others hold: it says where else to look', () => {
  const said = printed({});
  expect(said).toContain('0 orders concerned.');
  expect(said).toMatch(/To do: What shop, ERP, WMS and CRM hold of orders older than 28 days/);
  expect(said).not.toContain('In the ERP: erase');
});

it('what is found is to be erased in shop, ERP and at each subscriber, who may know older orders too', () => {
  const said = printed({ orderKeys: new Set(['main/default/1']), published: { count: 1, newestAt: 0 } });
  expect(said).toContain('1 order concerned.');
  expect(said).toContain('magento.orders: 1 record until 1970-01-30T');
  for (const wanted of [
    'In the shop: erase',
    'In the ERP: erase',
    'WMS reads',
    'CRM reads',
    'What shop, ERP',
  ])
    expect(said).toContain(`To do: ${wanted}`);
});
