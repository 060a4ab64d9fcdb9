import { expect, it } from '@jest/globals';
import { keepForeignText } from '../../platform/errors.ts';
import type { PlannedStep } from '../orders/erp-orders.ts';
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
  expect(half.steps.at(-1)!.text).toContain('POST http://127.0.0.1/open/7\n');
  const done = await planned([{ id: 7, ref: 'main/b/1', state: 'open' }]);
  expect(done.steps.filter(({ is }) => is === 'writes')).toEqual([]);
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
