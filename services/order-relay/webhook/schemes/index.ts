import { createHttpClient } from '../../../platform/http/client.ts';
import { Defect } from '../../../platform/errors.ts';
import type { Config } from '../../../platform/config/schema.ts';
import type { Log } from '../../../platform/telemetry/log.ts';
import { adobeCommerce } from './adobe-commerce.ts';
import { AdobeIoKeys, adobeIoKeysOrigin } from './adobe-io-keys.ts';
import { adobeIo } from './adobe-io.ts';
import { erpPush } from './erp-push.ts';
import { mageOs } from './mage-os.ts';
import type { Scheme } from './scheme.ts';
import { ownWebhooks } from './own.ts';

type Keys = Pick<
  Config['webhook'],
  'secrets' | 'mageOsTokens' | 'adobeCommerceKeys' | 'adobeIoClients' | 'erpSecrets'
>;

/** Every kind of sender, with its keys as the configuration has them now. */
export function openSchemes(
  keys: () => Keys,
  { toleranceMs, now, log }: { toleranceMs: number; now: () => number; log: Log },
): { all: readonly Scheme[]; close: () => Promise<void> } {
  const adobe = createHttpClient({
    name: 'Adobe',
    origin: adobeIoKeysOrigin,
    connections: 1,
    deadlineMs: 5_000,
    maxBodyBytes: 16 * 1024,
  });
  const adobeKeys = new AdobeIoKeys({
    fetchPem: async (path) => {
      const { status, body } = await adobe.request({ method: 'GET', path, route: 'GET public key' });
      if (status !== 200) throw new Defect(`Adobe has no key at ${path}: it answered ${status}`);
      return body;
    },
    onFailure: (error) => log.warn({ err: error }, 'a public key of Adobe could not be had'),
    monotonicMs: () => performance.now(),
  });
  return {
    all: [
      ownWebhooks({ secrets: () => keys().secrets, toleranceMs, now }),
      mageOs(() => keys().mageOsTokens),
      adobeCommerce(() => keys().adobeCommerceKeys),
      adobeIo({ clientIds: () => keys().adobeIoClients, keyAt: (path) => adobeKeys.at(path), now }),
      erpPush({ secrets: () => keys().erpSecrets, toleranceMs, now }),
    ],
    close: () => adobe.close(),
  };
}
