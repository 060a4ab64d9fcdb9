import { relative } from 'node:path';
import { projectFolder } from '../../deploy/local/install/places.mjs';

/** Of jest's `Test`. */
interface TestFile {
  path: string;
}

/**
 * Files that last half a minute and more, in the order in which they begin: those that wait among those that compute,
 * and the longest early, so that none of them runs alone at the end.
 */
export const longest = [
  'test/journeys/flows.test.ts',
  'test/journeys/crashes.test.ts',
  'test/journeys/outage.test.ts',
  'test/kafka/outage.test.ts',
  'test/journeys/nothing-stale-nothing-lost.test.ts',
  'test/endings/endings.test.ts',
  'test/journeys/parked.test.ts',
  'test/webhooks/attack.test.ts',
  'test/own-shop/own-shop.test.ts',
  'test/orders/odd-orders.test.ts',
  'test/journeys/dry-then-on.test.ts',
  'test/kafka/three-brokers.test.ts',
  'test/journeys/customers.test.ts',
  'test/orders/relay.test.ts',
  'test/deploy/rights.test.ts',
  'test/replication/ingester.test.ts',
  'test/erp-orders/killed.test.ts',
  'test/webhooks/rollout.test.ts',
];

/** Jest's own order is by the size of files, which says nothing of how long they take. */
export default class LongestFirst {
  sort<File extends TestFile>(tests: readonly File[]): File[] {
    return tests.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.path < b.path ? -1 : 1));
  }

  /** Jest would have the times of this run kept for the order of the next. */
  cacheResults(): void {}
}

/** After the longest all that needs broker and database; the quick tests beside the files fill up the end. */
function rankOf({ path }: TestFile): number {
  const file = relative(projectFolder, path);
  const place = longest.indexOf(file);
  if (place >= 0) return place;
  return file.startsWith('test/') ? longest.length : longest.length + 1;
}
