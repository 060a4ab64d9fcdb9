import { expect, it } from '@jest/globals';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import { trialProblems } from './trial.ts';

const tried = (body: Record<string, unknown>) =>
  trialProblems({
    settings: { company: 'Mugs', sizes: { big: 1 } },
    secrets: { token: 't' },
    orders: { document: { id: '=id', total: '=amount' }, create: { send: 'POST /orders', body } },
  } as unknown as Recipe);

it.each([
  ['=$order.lines.sku', 'a list for an order of two lines, and none'],
  ['=[$order.lines.[0, 0, { "sku": sku }]]', 'a list for an order of two lines, and none'],
  ['=[$order.lines.[[0, 0, { "sku": sku }]]]', 'a list for an order of two lines, and none'],
  ['={ "lines": $order.lines.{ "sku": sku } }', 'a list for an order of two lines, and none'],
  ['=$order.custmer.email', 'asks for $order.custmer, which is not there; did you mean customer?'],
  ['=$settings.compny', 'asks for $settings.compny, which is not there; did you mean company?'],
  ['=$secrets.password', 'asks for $secrets.password'],
  ['=$document.state', 'asks for $document.state'],
  ['=$rows($order.lines, function($line) { $line.skuu })', 'asks for $order.lines.skuu'],
  ['=[$order.lines[price > 3].sku]', 'asks for $order.lines.price'],
  ['=$lowercase($order.createdAt)', 'makes no sense with any order'],
  ['=$order.lines[0].quantity + 1', 'makes no sense with any order'],
])('%s: %s', async (source, problem) => {
  expect(await tried({ at: [source] })).toEqual([
    { path: 'erp.recipe.orders.create.body.at.0', message: expect.stringContaining(problem) },
  ]);
});

it.each([
  '=$rows($order.lines, function($line) { [0, 0, { "sku": $line.sku }] })',
  '=[$order.lines.{ "sku": sku }]',
  // Nobody knows yet what a need gives, nor whether a SKU is a number.
  '=$lookup($products, $order.lines[0].sku).id + 1',
  '=$number($order.lines[0].sku)',
  '=$number($order.lines[0].quantity) * 2',
  '=$string($order.totals) & $type($order) & $keys($order.customer)[0] & $order.customer.email',
  '=$document.total & $settings.sizes.big & $lookup($settings.sizes, "small")',
  '=$merge([$order.totals, { "x": 1 }]).x',
  'no expression at all: $lowercase(5)',
])('%s is right', async (source) => {
  expect(await tried({ at: source })).toEqual([]);
});
