/**
 * Real: the REST client; a double: the sandbox shop with integrations that lack one resource each. Asserted: that
 * the rights of the table are enough, that each is needed, and that the guide lists these and no others.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { checkMagento } from '../../services/magento/check/check.ts';
import { unneeded } from '../../services/magento/check/excess.ts';
import { rights } from '../../services/magento/check/rights.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';

const resources = rights.map(({ resource }) => resource);
/** The first is given everything; the others lack one each. */
const grants = [resources, ...resources.map((missing) => resources.filter((one) => one !== missing))];
let shop: RunningShop;

beforeAll(async () => {
  const integrations = grants.map((given, index) => ({
    ...credentialsOf(index),
    consumerId: index + 2,
    resources: given,
    status: 'active' as const,
  }));
  shop = await startShop({ integrations });
});
afterAll(() => shop.close());

function credentialsOf(index: number) {
  const number = String(index).padStart(32, '0');
  return { consumerKey: number, consumerSecret: 'secret', accessToken: number, accessTokenSecret: 'secret' };
}

async function failing(index: number): Promise<string> {
  const options = { baseUrl: `${shop.url}/`, connections: 2, deadlineMs: 5_000 };
  const found = await checkMagento({ ...options, credentials: () => credentialsOf(index) }, {});
  return found.flatMap(({ level, fix }) => (level === 'ok' ? [] : [fix])).join('\n');
}

it('an integration with the rights of the table can do all that Cartage does', async () => {
  expect(await failing(0)).toBe('');
});

it.each(resources)('%s is needed, and named by the check when it is missing', async (resource) => {
  expect(await failing(resources.indexOf(resource) + 1)).toContain(`the resource ${resource},`);
});

it('no right is both needed and not', () => {
  expect(
    unneeded.filter(({ resource, onlyFor }) => resources.includes(resource) && onlyFor === undefined),
  ).toEqual([]);
});

it('the guide lists these rights, for what they are, and no others', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../deploy/README.md'), 'utf8');
  const listed = [...guide.matchAll(/^ *\| `(Magento_\w+::\w+)` *\| ([^|]*?) *\|$/gm)];
  expect(listed.map(([, resource, purpose]) => [resource, purpose])).toEqual(
    rights.map(({ resource, purpose }) => [resource, purpose]),
  );
});
