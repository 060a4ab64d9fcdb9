/** Real: kafkajs' runner and fetch loops. Double: the group behind them, whose brokers answer when the test says so. */
import { expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { endFetchesWhenStopped } from './ended-fetch.ts';

interface Runner {
  start(): Promise<void>;
  stop(): Promise<void>;
}
const require = createRequire(import.meta.url);
const Runner = require('kafkajs/src/consumer/runner.js') as new (options: object) => Runner;

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('a consumer that is stopped while its loops are begun anew, for a broker has gone, comes to its end', async () => {
  endFetchesWhenStopped();
  let nodes = [1, 2];
  let looks = 0;
  const crashes: Error[] = [];
  const fetches = new Map<number, () => void>();
  const nothing = async () => undefined;
  const say = () => undefined;
  const log: Record<string, () => unknown> = {
    debug: say,
    info: say,
    warn: say,
    error: say,
    namespace: () => log,
  };
  const events: string[] = [];
  const runner = new Runner({
    logger: log,
    instrumentationEmitter: { emit: () => undefined },
    retry: { initialRetryTime: 1, maxRetryTime: 1, factor: 0, multiplier: 1, retries: 9 },
    concurrency: 1,
    heartbeatInterval: 1_000,
    onCrash: (error: Error) => void crashes.push(error),
    consumerGroup: {
      connect: nothing,
      joinAndSync: nothing,
      heartbeat: nothing,
      leave: async () => void events.push('left'),
      getNodeIds: () => {
        looks += 1;
        // Where a loop turns for ever nothing else could end this test.
        if (looks > 1_000) throw new Error('it turns for ever');
        return nodes;
      },
      fetch: (node: number) => new Promise((resolve) => fetches.set(node, () => resolve([]))),
    },
  });
  await runner.start();
  for (let turns = 0; turns < 9; turns += 1) await turn();
  nodes = [1];
  // Its loop sees that the brokers are others, and ends; all are to be begun anew when the one that hangs is over.
  fetches.get(2)!();
  await turn();
  const stopped = runner.stop();
  fetches.get(1)!();
  await stopped;
  expect([events, crashes, looks < 100]).toEqual([['left'], [], true]);
});
