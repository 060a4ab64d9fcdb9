import { describe, expect, it } from '@jest/globals';
import { keepForeignText } from '../../platform/errors.ts';
import type { PlannedStep } from '../planned-step.ts';
import { asked, withCannedErp } from './testing/canned-erp.ts';

const recipe = {
  secrets: { password: 's3cret' },
  session: { headers: { authorization: '="Basic " & $base64encode($secrets.password)' } },
  orders: {
    document: { id: '=id', state: '=state', etag: '=etag' },
    needs: [
      {
        name: 'party',
        find: { send: 'GET /parties', take: '=body.id' },
        make: { send: 'POST /parties', body: { email: '=$order.email' } },
      },
      { name: 'country', find: { send: 'GET /countries', take: '=body.id' } },
    ],
    create: {
      send: 'POST /orders',
      body: { party: '=$party', country: '=$country', password: '=$secrets.password' },
    },
    parts: [
      {
        name: 'lines',
        each: '=$order.lines',
        find: { send: 'GET /orders/{$document.id}/lines' },
        make: { send: 'POST /lines', body: '=$item' },
      },
    ],
    advance: {
      done: ['open'],
      steps: [
        { from: ['draft'], send: 'POST /open/{$document.id}', headers: { 'if-match': '=$document.etag' } },
      ],
    },
  },
};

const order = { email: 'a@b.example', lines: [{ sku: 'A' }, { sku: 'B' }] };

async function planned(documents: object[]) {
  const { erp, orders } = withCannedErp(recipe);
  erp.answer = ({ path }) => ({
    body: path.startsWith('/countries') ? { id: 49 } : path.startsWith('/orders') ? documents : {},
  });
  const steps: PlannedStep[] = [];
  await orders.plan({ key: 'main/b/1', order, codes: {}, buyer: {} }, (step) => steps.push(step));
  return { steps, calls: asked(erp) };
}

it('asks for real, writes nothing, and shows each call as it would go out, with what is secret masked', async () => {
  const { steps, calls } = await planned([]);
  expect(calls).toEqual(['GET /orders?ref=main%2Fb%2F1', 'GET /parties', 'GET /countries']);
  expect(steps.filter(({ is }) => is === 'writes').map(({ name }) => name)).toEqual([
    'orders.needs.party.make',
    'orders.create',
    'orders.parts.lines.make',
    'orders.parts.lines.make',
    'orders.advance.steps.0',
  ]);
  const create = steps.find(({ name }) => name === 'orders.create')!.text;
  expect(create).toContain('POST http://127.0.0.1/orders\n');
  expect(create).toContain('"party": "party"');
  expect(create).toContain('"country": 49');
  expect(steps.at(-1)!.text).toContain('POST http://127.0.0.1/open/document.id\n');
  expect(steps.at(-1)!.text).toContain('if-match: document.etag');
  const all = JSON.stringify(steps);
  for (const secret of ['s3cret', Buffer.from('s3cret').toString('base64')])
    expect(all).not.toContain(secret);
});

it('shows what is left to do with a document that is half made, and nothing where it is done', async () => {
  const half = await planned([{ id: 7, ref: 'main/b/1', state: 'draft', etag: 'x' }]);
  expect(half.steps.map(({ name }) => name)).not.toContain('orders.create');
  expect(half.calls.filter((call) => call === 'GET /orders/7/lines')).toHaveLength(2);
  expect(half.steps.at(-1)!.text).toContain('POST http://127.0.0.1/open/7\n');
  const done = await planned([{ id: 7, ref: 'main/b/1', state: 'open' }]);
  expect(done.steps.filter(({ is }) => is === 'writes')).toEqual([]);
});

it('goes on where something is missing, and tells all of it in the end', async () => {
  const needs = [
    ...recipe.orders.needs,
    { name: 'term', find: { send: 'GET /terms', take: '=body.id' }, missing: 'no such term' },
  ];
  const { erp, orders } = withCannedErp({ ...recipe, orders: { ...recipe.orders, needs } });
  erp.answer = ({ path }) => ({ body: path.startsWith('/orders') ? [] : {} });
  const names: string[] = [];
  await expect(
    orders.plan({ key: 'main/b/1', order, codes: {}, buyer: {} }, ({ name }) => names.push(name)),
  ).rejects.toMatchObject({
    fault: {
      code: 'order.erp_missing',
      what: 'The ERP has no "orders.needs.country" for the order; no such term',
    },
  });
  expect(names).toContain('orders.create');
});

it('shows what the ERP says, and what is taken from it, where words of others may be shown', async () => {
  const given = async () =>
    (await planned([])).steps.filter(({ is }) => is === 'gives').map(({ name, text }) => [name, text]);
  expect(await given()).toContainEqual(['$country', expect.stringContaining('left out')]);
  keepForeignText(true);
  try {
    expect(await given()).toEqual([
      ['orders.lookup.0', '200 []'],
      ['$document', 'nothing'],
      ['orders.needs.party.find', '200 {}'],
      ['$party', '"party"'],
      ['orders.needs.country.find', '200 {"id":49}'],
      ['$country', '49'],
    ]);
  } finally {
    keepForeignText(false);
  }
});

describe('of a customer', () => {
  const customers = {
    lookup: [{ send: 'GET /partners', query: { key: '=$key', email: '=$email' } }],
    partner: { id: '=id', key: '=account', email: '=mail' },
    needs: [
      {
        name: 'list',
        find: { send: 'GET /lists', take: '=body.id' },
        make: { send: 'POST /lists', body: { of: '=$customer.name' } },
      },
    ],
    create: { send: 'POST /partners', body: { account: '=$key', list: '=$list' } },
    update: { send: 'PUT /partners/{$partner.id}', body: { account: '=$key', list: '=$list' } },
    parts: [
      {
        name: 'addresses',
        each: '=$customer.addresses',
        find: { send: 'GET /places', query: { of: '=$partner.id', id: '=$item' }, take: '=body.id' },
        make: { send: 'POST /places', body: { id: '=$item' } },
        write: { send: 'PUT /places/{$found}', body: { id: '=$item' } },
      },
    ],
    erase: { done: '=true' },
  };

  async function planned(partners: object[]) {
    const { erp, customers: planning } = withCannedErp({ customers });
    erp.answer = ({ path }) => ({
      body: path.startsWith('/partners') ? partners : path.endsWith('id=7') ? { id: 'P7' } : {},
    });
    const who = { key: 'us/base/1', website: 'base', email: 'a@b.example' };
    const writes: string[] = [];
    const input = { ...who, customer: { name: 'Ann', addresses: [7, 8] }, codes: {} };
    const found = await planning!.plan(input, ({ name, is, text }) => {
      if (is === 'writes') writes.push(`${name} ${text.split('\n', 1)[0]!.split('/').slice(3).join('/')}`);
    });
    return { found, writes, calls: asked(erp).filter((call) => !call.startsWith('GET')) };
  }

  it('that the ERP does not know: what is needed, the partner, its parts', async () => {
    expect(await planned([])).toEqual({
      found: null,
      calls: [],
      writes: [
        'customers.needs.list.make lists',
        'customers.create partners',
        'customers.parts.addresses.make places',
        'customers.parts.addresses.make places',
      ],
    });
  });

  it('that it knows, or whose e-mail it knows: what is written, and what is missing of its parts', async () => {
    for (const account of ['us/base/1', null])
      expect(await planned([{ id: 3, account, mail: 'a@b.example' }])).toEqual({
        found: { id: '3', reference: null, key: account },
        calls: [],
        writes: [
          'customers.needs.list.make lists',
          'customers.update partners/3',
          'customers.parts.addresses.write places/P7',
          'customers.parts.addresses.make places',
        ],
      });
  });

  it('whose e-mail is another one’s: nothing', async () => {
    const taken = { id: '3', reference: null, key: 'us/base/2' };
    const all = await planned([{ id: 3, account: 'us/base/2', mail: 'a@b.example' }]);
    expect(all).toEqual({ found: taken, calls: [], writes: [] });
  });
});
