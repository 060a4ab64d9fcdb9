import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { ConfigurationError, loadConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-recipe-'));
mkdirSync(join(folder, 'recipes'));
const file = join(folder, 'cartage.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

const recipe = {
  url: 'https://erp.example/api',
  secrets: { token: '${ERP_TOKEN}' },
  session: { headers: { authorization: '="Bearer " & $secrets.token' } },
  orders: {
    lookup: [{ send: 'GET /orders?ref={$key}' }],
    carries: '=ref = $key',
    document: { id: '=id', state: '=state' },
    needs: [
      { name: 'customer', find: { send: 'GET /customers', query: { email: '=$order.customer.email' } } },
    ],
    create: { send: 'POST /orders', body: { ref: '=$key', customer: '=$customer' } },
    advance: { done: ['open'], steps: [{ from: ['draft'], send: 'POST /orders/{$document.id}/open' }] },
  },
  customers: {
    lookup: [
      { send: 'GET /partners?account={$key}' },
      { when: '=$email', send: 'GET /partners?mail={$email}' },
    ],
    partner: { id: '=id', key: '=account', email: '=mail' },
    create: { send: 'POST /partners', body: { account: '=$key', mail: '=$email' } },
    update: { send: 'PUT /partners/{$partner.id}', body: { account: '=$key', mail: '=$email' } },
    parts: [
      {
        name: 'book',
        each: '=$customer.addresses',
        value: '=$item.addressId',
        write: { send: 'PUT /at/{$found}' },
      },
    ],
    erase: {
      done: '=$partner.email = ""',
      steps: [{ from: '=true', send: 'DELETE /partners/{$partner.id}/mail' }],
    },
  },
};
type Recipe = typeof recipe & Record<string, unknown>;

function load(given: unknown, environment = { ERP_TOKEN: 't' }) {
  const kafka = { brokers: ['127.0.0.1:9092'], registry: { url: 'http://127.0.0.1:8081' } };
  writeFileSync(file, stringify({ instance: 'main', kafka, erp: { recipe: given } }));
  return loadConfig(file, ['erp'], environment).erp;
}

function problemsOf(
  change: (recipe: Recipe) => void,
  environment?: { ERP_TOKEN: string },
): Record<string, string> {
  const given = structuredClone(recipe) as Recipe;
  change(given);
  try {
    load(given, environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(
      error.problems.map(({ path, message }) => [path.replace('erp.recipe.', ''), message]),
    );
  }
  throw new Error('the recipe was accepted');
}

describe('a recipe', () => {
  it('stands in the configuration or in a file of its own, as seen from there, and needs no database', () => {
    const { recipe: inline } = load(recipe);
    expect(inline).toMatchObject({ deadlineMs: 10_000, secrets: { token: 't' } });
    writeFileSync(join(folder, 'recipes/erp.yaml'), stringify(recipe));
    expect(load('recipes/erp.yaml').recipe).toEqual(inline);
  });

  it('in a file that is missing or no YAML is a problem of the field that names it', () => {
    writeFileSync(join(folder, 'broken.yaml'), 'a: [');
    for (const name of ['none.yaml', 'broken.yaml']) expect(() => load(name)).toThrow(/erp\.recipe: /);
  });

  it('is told all that is wrong with it at once, each with the path of its field', () => {
    const problems = problemsOf(({ orders, ...rest }) => {
      Object.assign(rest, { ulr: 'x' });
      Object.assign(orders, { lokup: [], carries: 'ref' });
      orders.create.body.customer = '=$custmer';
      Object.assign(orders.create.body, { from: '=$next' });
      orders.create.send = 'POST /orders/{$document.id}';
      Object.assign(orders.needs[0]!, { find: { send: 'FETCH it' }, cache: 5 });
      orders.advance.steps[0]!.from = 'draft' as never;
      delete (orders.document as { id?: string }).id;
    });
    expect(problems).toEqual({
      'orders.lokup': 'is not known; did you mean lookup?',
      'orders.carries': expect.stringContaining('begins with "="'),
      'orders.create.body.customer': expect.stringContaining('uses $custmer, which is not there'),
      'orders.create.body.from': expect.stringContaining('uses $next, which is not there'),
      'orders.create.send': expect.stringContaining('uses $document'),
      'orders.needs.0.find.send': expect.stringContaining('GET /orders'),
      'orders.needs.0.cache': expect.stringContaining('is not known'),
      'orders.advance.steps.0.from': expect.stringContaining('list of states'),
      'orders.document.id': expect.stringContaining('is required'),
    });
  });

  it.each<[string, string, (recipe: Recipe) => void]>([
    ['orders.create', 'needs send', ({ orders }) => delete (orders.create as { send?: string }).send],
    ['orders.create', '$call', ({ orders }) => Object.assign(orders.create, { body: undefined, call: {} })],
    ['orders.create', 'one of body', ({ orders }) => Object.assign(orders.create, { form: {} })],
    [
      'orders.create',
      'write %20',
      ({ orders }) => Object.assign(orders.create, { send: 'POST /sales orders' }),
    ],
    [
      'orders.needs.0',
      'either find or value',
      ({ orders }) => Object.assign(orders.needs[0]!, { value: '=1' }),
    ],
    ['orders.needs.1.name', 'is taken', ({ orders }) => orders.needs.push(orders.needs[0]!)],
    ['orders.needs.0.name', 'is taken', ({ orders }) => Object.assign(orders.needs[0]!, { name: 'order' })],
    [
      'orders.document.state',
      'where states',
      ({ orders }) => delete (orders.document as { state?: string }).state,
    ],
    [
      'orders.advance',
      'with parts',
      ({ orders }) => Object.assign(orders, { parts: orders.needs, advance: undefined }),
    ],
    [
      'session.headers.authorization',
      'uses $key',
      ({ session }) => Object.assign(session.headers, { authorization: '=$key' }),
    ],
    [
      'orders.visibleWithinMs',
      'shorter than settleMs',
      ({ orders }) => Object.assign(orders, { visibleWithinMs: 65_000 }),
    ],
    [
      'customers.partner.key',
      'is required: the key of the customer',
      ({ customers }) => delete (customers.partner as { key?: string }).key,
    ],
    [
      'customers.partner.state',
      'where states',
      ({ customers }) => Object.assign(customers.erase, { done: ['erased'] }),
    ],
    [
      'orders.change.0.parts.0',
      'needs either find or value',
      ({ orders }) =>
        Object.assign(orders, { change: [{ when: '=true', done: '=true', parts: [{ name: 'credit' }] }] }),
    ],
    [
      'orders.change.0.parts.0.value',
      'uses $customer, which is not there',
      ({ orders }) =>
        Object.assign(orders, {
          change: [{ when: '=true', done: '=true', parts: [{ name: 'credit', value: '=$customer' }] }],
        }),
    ],
    [
      'customers.parts.0.name',
      'is taken',
      ({ customers }) => Object.assign(customers.parts[0]!, { name: 'partner' }),
    ],
    [
      'customers.parts.0.write',
      'needs send',
      ({ customers }) => Object.assign(customers.parts[0]!, { write: { body: {} } }),
    ],
    [
      'customers.erase.parts.0',
      'either find or value',
      ({ customers }) => Object.assign(customers.erase, { parts: [{ name: 'book' }] }),
    ],
    [
      'customers.create.body.account',
      'uses $partner',
      ({ customers }) => Object.assign(customers.create.body, { account: '=$partner.id' }),
    ],
    [
      'customers.lookup.0.send',
      'uses $customer',
      ({ customers }) => Object.assign(customers.lookup[0]!, { send: 'GET /{$customer.email}' }),
    ],
    ['url', 'not https', (given) => Object.assign(given, { url: 'http://erp.example' })],
  ])('%s: %s', (path, problem, change) => {
    expect(problemsOf(change)[path]).toContain(problem);
  });

  it('needs no way to a finished state where an order has no parts', () => {
    const { advance: _advance, ...orders } = recipe.orders;
    expect(load({ ...recipe, orders }).recipe?.orders?.advance).toBeUndefined();
  });

  it('may ask for what an order needs by what it needed before, and not by what comes later', () => {
    const needOf = (name: string, value: string) => ({ name, value }) as never;
    const [customer] = recipe.orders.needs;
    const withNeeds = (...needs: object[]) => ({ ...recipe, orders: { ...recipe.orders, needs } });
    expect(() => load(withNeeds(customer!, needOf('site', '=$customer.site')))).not.toThrow();
    expect(() => load(withNeeds(needOf('site', '=$customer.site'), customer!))).toThrow(/uses \$customer/);
  });

  it('does not show its secrets', () => {
    const problems = problemsOf(({ secrets }) => Object.assign(secrets, { other: '' }), {
      ERP_TOKEN: 's3cret',
    });
    expect(Object.keys(problems)).toEqual(['secrets.other']);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });
});
