/** Real: what an order refers to is found or made. Double: the ERP, time. */
import { describe, expect, it } from '@jest/globals';
import { asked, withCannedErp } from './testing/canned-erp.ts';

const input = (number: number, order: object = {}) => ({
  key: `main/b/${number}`,
  order: { email: 'A@B.example', ...order },
  codes: {},
  buyer: {},
});

/** Parties by e-mail, products by SKU, orders by number. */
function erpOf(needs: { name: string }[]) {
  const body = { ref: '=$key', ...Object.fromEntries(needs.map(({ name }) => [name, `=$${name}`])) };
  const made = withCannedErp({
    answers: [{ when: '=status = 404', is: 'empty' }],
    orders: { needs, create: { send: 'POST /orders', body } },
  });
  const held: Record<string, Record<string, unknown>[]> = { orders: [], parties: [], products: [] };
  made.erp.answer = ({ method, path, body }) => {
    const [, set = '', query] = /^\/(\w+)(?:\?\w+=(.*))?/.exec(path) ?? [];
    const list = held[set]!;
    if (method === 'POST') {
      list.push({ id: `${set}-${list.length + 1}`, ...(JSON.parse(body!) as object) });
      return { status: 201 };
    }
    const found = list.filter((one) => Object.values(one).includes(decodeURIComponent(query ?? '')));
    return found.length === 0 && set !== 'orders' ? { status: 404 } : { body: found };
  };
  return { ...made, held };
}

const party = {
  name: 'party',
  serial: '=$lowercase($trim($order.email))',
  find: { send: 'GET /parties?email={$lowercase($trim($order.email))}', take: '=body[0].id' },
  make: { send: 'POST /parties', body: { email: '=$lowercase($trim($order.email))' } },
};
const products = {
  name: 'products',
  each: '=$distinct($order.skus)',
  cacheMs: 60_000,
  find: { send: 'GET /products?sku={$item}', take: '=body[0].id' },
  missing: '="there is no " & $item',
};
const questions = (erp: Parameters<typeof asked>[0], path: string) =>
  asked(erp).filter((one) => one.startsWith(`GET ${path}`));

describe('a party', () => {
  it('is made once for four orders at once, however the e-mail is written', async () => {
    const { orders, held } = erpOf([party]);
    const emails = ['A@B.example', ' a@b.example', 'a@B.EXAMPLE ', 'a@b.example'];
    await Promise.all(emails.map((email, at) => orders.create(input(at, { email }))));
    expect(held.parties).toHaveLength(1);
    expect(held.orders!.map((order) => order.party)).toEqual([
      'parties-1',
      'parties-1',
      'parties-1',
      'parties-1',
    ]);
  });

  it('of another e-mail is another one', async () => {
    const { orders, held } = erpOf([party]);
    await Promise.all([orders.create(input(1)), orders.create(input(2, { email: 'c@d.example' }))]);
    expect(held.parties).toHaveLength(2);
  });

  it('that is made by a failing order keeps no other one waiting', async () => {
    const { orders, erp, held } = erpOf([party]);
    const { answer } = erp;
    let isFirst = true;
    erp.answer = (call) => {
      if (call.method !== 'POST' || !isFirst) return answer(call);
      isFirst = false;
      return { status: 400 };
    };
    const [first, second] = await Promise.allSettled([orders.create(input(1)), orders.create(input(2))]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(held.parties).toHaveLength(1);
  });
});

describe('what each line refers to', () => {
  it('is found for each of them, by its text', async () => {
    const { orders, held } = erpOf([products]);
    held.products!.push({ id: 'p1', sku: 'A' }, { id: 'p2', sku: 'B/2' });
    await orders.create(input(1, { skus: ['A', 'B/2', 'A'] }));
    expect(held.orders).toMatchObject([{ products: { A: 'p1', 'B/2': 'p2' } }]);
  });

  it('that is missing rejects the order before anything is made, and says what', async () => {
    const { orders, held } = erpOf([products]);
    await expect(orders.create(input(1, { skus: ['A'] }))).rejects.toMatchObject({
      fault: { code: 'order.erp_missing', what: 'there is no A' },
    });
    expect(held.orders).toEqual([]);
  });

  it('and is missing is told whole at once, and no more than ten are asked for', async () => {
    const { orders, held, erp } = erpOf([products]);
    held.products!.push({ id: 'p1', sku: 'B' });
    await expect(orders.create(input(1, { skus: ['A', 'B', 'C'] }))).rejects.toMatchObject({
      fault: { what: 'there is no A; there is no C' },
    });
    const skus = Array.from({ length: 12 }, (_, index) => `X${index}`);
    await expect(orders.create(input(2, { skus }))).rejects.toMatchObject({
      fault: { what: expect.stringMatching(/no X9; and perhaps more$/) },
    });
    expect(questions(erp, '/products?sku=X')).toHaveLength(10);
  });

  it('is believed for a while, and asked again after it', async () => {
    const { orders, held, erp, clock } = erpOf([products]);
    held.products!.push({ id: 'p1', sku: 'A' });
    for (const number of [1, 2, 3]) await orders.create(input(number, { skus: ['A'] }));
    expect(questions(erp, '/products')).toHaveLength(1);
    clock.nowMs += 60_000;
    await orders.create(input(4, { skus: ['A'] }));
    expect(questions(erp, '/products')).toHaveLength(2);
  });

  it('is never believed to be missing', async () => {
    const find = { send: 'GET /products?kind=all', take: '=body[sku = $order.sku].id' };
    const { orders, held } = erpOf([{ name: 'product', cacheMs: 60_000, find } as { name: string }]);
    held.products!.push({ id: 'p1', sku: 'A', kind: 'all' });
    await orders.create(input(1, { sku: 'A' }));
    // The answer that is remembered has no B.
    held.products!.push({ id: 'p2', sku: 'B', kind: 'all' });
    await orders.create(input(2, { sku: 'B' }));
    expect(held.orders).toMatchObject([{ product: 'p1' }, { product: 'p2' }]);
  });

  it.each([
    [16_000, 1],
    [17_000, 2],
  ])(
    'is kept in no answer of more than 16 KB: of %i characters it is asked for %i times',
    async (length, times) => {
      const { orders, held, erp } = erpOf([products]);
      held.products!.push({ id: 'p1', sku: 'A', text: '.'.repeat(length) });
      await orders.create(input(1, { skus: ['A'] }));
      await orders.create(input(2, { skus: ['A'] }));
      expect(questions(erp, '/products')).toHaveLength(times);
    },
  );

  it('is asked again after a refusal: what was believed may be what was refused', async () => {
    const { orders, held, erp } = erpOf([products]);
    held.products!.push({ id: 'p1', sku: 'A' });
    await orders.create(input(1, { skus: ['A'] }));
    const { answer } = erp;
    erp.answer = (call) => (call.method === 'POST' ? { status: 400 } : answer(call));
    await expect(orders.create(input(2, { skus: ['A'] }))).rejects.toMatchObject({ name: 'Rejected' });
    erp.answer = answer;
    await orders.create(input(2, { skus: ['A'] }));
    expect(questions(erp, '/products')).toHaveLength(2);
  });

  it('is taken anew from a remembered answer, because it may depend on the order', async () => {
    const find = { send: 'GET /products?kind=all', take: '=body[sku = $order.sku].id' };
    const { orders, held, erp } = erpOf([{ name: 'product', cacheMs: 60_000, find } as { name: string }]);
    held.products!.push({ id: 'p1', sku: 'A', kind: 'all' }, { id: 'p2', sku: 'B', kind: 'all' });
    for (const [number, sku] of ['A', 'B'].entries()) await orders.create(input(number, { sku }));
    expect(held.orders).toMatchObject([{ product: 'p1' }, { product: 'p2' }]);
    expect(questions(erp, '/products')).toHaveLength(1);
  });
});

it('what is made, or written, knows the answer in which it was looked for last, of all pages and questions', async () => {
  const lines = {
    name: 'lines',
    each: '=$order.skus',
    find: {
      send: 'GET /sale?page=1',
      take: '=body.lines[sku = $item].id',
      next: '=body.more ? "/sale?page=2"',
    },
    make: { send: 'POST /lines', body: { sku: '=$item', version: '=$answer.body.version' } },
    write: { send: 'PUT /lines/{$found}', body: { version: '=$answer.body.version' } },
  };
  const { orders, erp } = erpOf([lines]);
  const { answer } = erp;
  const sale = { version: 7, lines: [{ id: 'l1', sku: 'A' }] };
  const written: unknown[] = [];
  erp.answer = (call) => {
    const { method, path, body } = call;
    if (path === '/orders' || path.startsWith('/orders?')) return answer(call);
    if (path.startsWith('/sale')) return { body: path.endsWith('1') ? { more: true, version: 0 } : sale };
    const { sku, version } = JSON.parse(body!) as { sku: string; version: number };
    written.push([`${method} ${path}`, version]);
    sale.version += 1;
    if (method === 'POST') sale.lines.push({ id: `l${sale.lines.length + 1}`, sku });
    return {};
  };
  await orders.create(input(1, { skus: ['A', 'B', 'C'] }));
  expect(written).toEqual([
    ['PUT /lines/l1', 7],
    ['POST /lines', 8],
    ['POST /lines', 9],
  ]);
});

it('a need that is not asked for is left out, and one may be computed', async () => {
  const needs = [
    { name: 'party', when: '=$order.isGuest', value: '="guest of " & $order.email' },
    { name: 'products', value: '=$order.email' },
  ];
  const { orders, held } = erpOf(needs);
  await orders.create(input(1, { isGuest: false }));
  await orders.create(input(2, { isGuest: true }));
  expect(held.orders).toMatchObject([{ products: 'A@B.example' }, { party: 'guest of A@B.example' }]);
  expect(held.orders![0]).not.toHaveProperty('party');
});
