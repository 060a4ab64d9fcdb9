import { expect, it } from '@jest/globals';
import { Configuration } from '../config/read.ts';
import type { PlatformConfig } from '../config/schema.ts';
import { kafkaOptions } from './kafka-options.ts';

it('looks users, passwords and certificates up whenever they are read', () => {
  let [secret, nowMs] = ['first', 0];
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const read = () =>
    ({
      instance: 'main',
      kafka: {
        brokers: ['127.0.0.1:9092'],
        ssl: { ca: `ca ${secret}` },
        sasl: { mechanism: 'plain', username: `user ${secret}`, password: secret },
        registry: { url: 'http://127.0.0.1', username: 'user', password: secret },
      },
    }) as unknown as PlatformConfig;
  const options = kafkaOptions(new Configuration<never>('', read, () => nowMs), 'test', log);
  const seen = () => ({ ssl: options.ssl, sasl: { ...options.sasl }, registry: { ...options.registry } });
  expect(seen()).toMatchObject({ ssl: { ca: 'ca first' }, sasl: { password: 'first' } });
  [secret, nowMs] = ['second', 5_000];
  expect(seen()).toMatchObject({
    ssl: { ca: 'ca second' },
    sasl: { mechanism: 'plain', username: 'user second', password: 'second' },
    registry: { url: 'http://127.0.0.1', username: 'user', password: 'second' },
  });
});
