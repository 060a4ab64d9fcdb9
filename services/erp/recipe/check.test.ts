/** Real: the check, over HTTP on loopback. Double: the ERP, a few lines. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { erpSection } from '../../platform/config/sections/erp.ts';
import { checkConfiguredErp } from '../check-configured.ts';

type Answers = Record<string, { status?: number; body?: unknown }>;

let stop: () => Promise<unknown> = () => Promise.resolve();
afterEach(() => stop());

/** @returns `level code` of each finding */
async function checked(answers: Answers, change: object = {}): Promise<string[]> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.method!);
    const { status = 200, body = [] } = answers[request.url!.split('?')[0]!] ?? {};
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  stop = () => new Promise((resolve) => server.close(resolve));
  const recipe = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    session: { open: { send: 'GET /login', take: '=body.token' } },
    checks: [{ name: 'a unique key', send: 'GET /indexes', holds: '=body.unique', fix: 'Make it' }],
    orders: {
      lookup: [{ send: 'GET /orders?ref={$key}' }],
      carries: '=ref = $key',
      document: { id: '=id' },
      create: { send: 'POST /orders', body: {} },
    },
    ...change,
  };
  // Without a database there is none to be checked.
  const findings = await checkConfiguredErp(erpSection.parse({ recipe }));
  expect(asked.filter((method) => method !== 'GET')).toEqual([]);
  return findings.map(({ level, code }) => `${level} ${code}`);
}

const well: Answers = { '/login': { body: { token: 't' } }, '/indexes': { body: { unique: true } } };

it('is well when there is a session, nothing is found for no order, and all that it counts on is there', async () => {
  expect(await checked(well)).toEqual(['ok erp.log_in', 'ok recipe.lookup', 'ok recipe.check']);
});

it.each<[string, Answers, string[]]>([
  ['a log-in that is refused', { '/login': { status: 401 } }, ['fail erp.log_in']],
  [
    'a look-up that is refused',
    { '/orders': { status: 400 } },
    ['ok erp.log_in', 'fail order.erp_refused', 'ok recipe.check'],
  ],
  [
    'a filter that is not heeded',
    { '/orders': { body: [{ id: 1, ref: 'a' }] } },
    ['ok erp.log_in', 'warn recipe.lookup', 'ok recipe.check'],
  ],
  [
    'what is missing',
    { '/indexes': { body: {} } },
    ['ok erp.log_in', 'ok recipe.lookup', 'fail recipe.check'],
  ],
])('says of %s', async (_name, answers, findings) => {
  expect(await checked({ ...well, ...answers })).toEqual(findings);
});

it('says of documents that are taken for any order, and of expressions that make no sense', async () => {
  const orders = {
    lookup: [{ send: 'GET /orders?ref={$key}' }],
    carries: '=true',
    document: { id: '=id' },
    create: { send: 'POST /orders', body: { email: '=$order.custmer.email' } },
  };
  expect(await checked({ ...well, '/orders': { body: [{ id: 1 }] } }, { orders })).toEqual([
    'fail recipe.expression',
    'ok erp.log_in',
    'fail recipe.carries',
    'ok recipe.check',
  ]);
});

it('asks for a customer that does not exist, by its key and by its e-mail', async () => {
  const customers = {
    lookup: [
      { send: 'GET /partners?account={$key}' },
      { when: '=$email', send: 'GET /people?mail={$email}' },
    ],
    partner: { id: '=id', key: '=account', email: '=mail' },
    create: { send: 'POST /partners', body: { account: '=$key', city: '=$customer.addresses[0].town' } },
    update: { send: 'PUT /partners/{$partner.id}', body: { account: '=$key' } },
    erase: { done: '=true' },
  };
  const answers = { ...well, '/people': { body: [{ id: 1, account: 'main/b/1' }] } };
  expect(await checked(answers, { customers })).toEqual([
    'fail recipe.expression',
    'ok erp.log_in',
    'ok recipe.lookup',
    'ok recipe.lookup',
    'warn recipe.lookup',
    'ok recipe.check',
  ]);
});
