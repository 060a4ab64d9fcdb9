/** A real broker of the test's own, with the proxy before it: what the fault tests rely on. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namedBrokers } from '../../deploy/local/kafka-metadata.ts';
import { startKafkaProxy, type KafkaProxy } from './kafka-proxy.ts';
import { startKafka, type TestKafka } from './main.ts';

let proxy: KafkaProxy;
let kafka: TestKafka;

beforeAll(async () => {
  proxy = await startKafkaProxy();
  kafka = await startKafka({ advertisedProxyPort: proxy.port });
  proxy.forwardTo(kafka.proxiedPort ?? 0);
});

afterAll(async () => {
  await proxy.close();
  await kafka.remove();
});

const directPort = () => Number(kafka.bootstrap.split(':')[1]);

describe('a broker behind a proxy', () => {
  it('sends those who come through the proxy back to the proxy, and others not', async () => {
    expect(await namedBrokers('127.0.0.1', proxy.port)).toEqual([{ host: '127.0.0.1', port: proxy.port }]);
    expect(await namedBrokers('127.0.0.1', directPort())).toEqual([
      { host: '127.0.0.1', port: directPort() },
    ]);
  });

  it('comes back at the same address after a kill', async () => {
    await kafka.kill();
    expect(await namedBrokers('127.0.0.1', proxy.port)).toEqual([]);
    await kafka.restart();
    expect(await namedBrokers('127.0.0.1', proxy.port)).toHaveLength(1);
  });
});
