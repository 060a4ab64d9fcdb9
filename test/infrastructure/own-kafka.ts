/** Real: a broker, with the proxy before it. Asserted: what the fault tests rely on. */
import { describe, expect, it } from '@jest/globals';
import { namedBrokers } from '../../deploy/local/kafka-metadata.ts';
import type { OwnBroker } from './own-broker.ts';

export const brokerBehindProxy = (own: OwnBroker): void =>
  describe('a broker behind a proxy', () => {
    const directPort = () => Number(own.kafka.bootstrap.split(':')[1]);

    it('sends those who come through the proxy back to the proxy, and others not', async () => {
      expect(await namedBrokers('127.0.0.1', own.proxy.port)).toEqual([
        { host: '127.0.0.1', port: own.proxy.port },
      ]);
      expect(await namedBrokers('127.0.0.1', directPort())).toEqual([
        { host: '127.0.0.1', port: directPort() },
      ]);
    });

    it('comes back at the same address after a kill', async () => {
      await own.kafka.kill();
      expect(await namedBrokers('127.0.0.1', own.proxy.port)).toEqual([]);
      await own.kafka.restart();
      expect(await namedBrokers('127.0.0.1', own.proxy.port)).toHaveLength(1);
    });
  });
