/** Double: the broker, which answers when the test says so. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { fetchPatiently } from './patience.ts';

interface Fetched {
  responses: unknown[];
}

interface FetchingBroker {
  fetch(request: { maxWaitTime: number; topics: string[] }): Promise<Fetched>;
}

let isQuiet: boolean;
let over: AbortController;
let asked: { maxWaitTime: number; topics: string[] }[];
let answer: PromiseWithResolvers<Fetched>;
let findBroker: () => Promise<FetchingBroker>;

beforeEach(() => {
  isQuiet = true;
  over = new AbortController();
  asked = [];
  answer = Promise.withResolvers();
  const broker: FetchingBroker = {
    fetch: (request) => {
      asked.push(request);
      return answer.promise;
    },
  };
  const cluster = { findBroker: async () => broker };
  fetchPatiently(cluster as unknown as Cluster, {
    waitMs: 3_000,
    isQuiet: () => isQuiet,
    over: over.signal,
  });
  findBroker = () => cluster.findBroker();
});

const fetchOnce = async () => (await findBroker()).fetch({ maxWaitTime: 250, topics: ['stock'] });
const answered = { responses: ['records'] };

describe('a fetch', () => {
  it('waits long while nothing is left out, and as kafkajs asks else; each time anew', async () => {
    answer.resolve(answered);
    expect(await fetchOnce()).toBe(answered);
    isQuiet = false;
    expect(await fetchOnce()).toBe(answered);
    isQuiet = true;
    await fetchOnce();
    expect(asked.map(({ maxWaitTime }) => maxWaitTime)).toEqual([3_000, 250, 3_000]);
    expect(asked[0]!.topics).toEqual(['stock']);
  });

  it('that is under way at the end has brought nothing', async () => {
    const fetching = fetchOnce();
    over.abort(new Error('stopping'));
    expect(await fetching).toEqual({ responses: [] });
    // What comes after all is nobody's, an error too.
    answer.reject(new Error('the connection was closed'));
    expect(await fetchOnce().catch(() => 'an error')).toEqual({ responses: [] });
  });

  it('tells its error', async () => {
    answer.reject(new Error('not the leader'));
    await expect(fetchOnce()).rejects.toThrow('not the leader');
  });
});
