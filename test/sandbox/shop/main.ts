import { parseArgs } from 'node:util';
import { rights } from '../../../services/magento/check/rights.ts';
import { DEFAULT_CREDENTIALS, startShop } from './index.ts';

/** A new order is written a second time after this pause, as the real shop does for its e-mail. */
const SECOND_WRITE_MS = 700;

const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    state: { type: 'string' },
    seed: { type: 'string', default: 'default' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string' },
    'consumer-key': { type: 'string', default: DEFAULT_CREDENTIALS.consumerKey },
    'consumer-secret': { type: 'string', default: DEFAULT_CREDENTIALS.consumerSecret },
    'access-token': { type: 'string', default: DEFAULT_CREDENTIALS.accessToken },
    'access-token-secret': { type: 'string', default: DEFAULT_CREDENTIALS.accessTokenSecret },
  },
});
const { 'webhook-url': webhookUrl, 'webhook-secret': webhookSecret } = values;
if (webhookUrl !== undefined && webhookSecret === undefined) {
  console.error('--webhook-url needs --webhook-secret whsec_…, because the messages are signed.');
  process.exit(1);
}
if (values.seed !== 'default' && values.seed !== 'empty') {
  console.error(`--seed is "${values.seed}"; it must be default or empty.`);
  process.exit(1);
}
const shop = await startShop({
  host: values.host,
  port: Number(values.port),
  statePath: values.state ?? null,
  seed: values.seed,
  secondWriteMs: SECOND_WRITE_MS,
  // As the guide asks for it.
  resources: rights.map(({ resource }) => resource),
  credentials: {
    consumerKey: values['consumer-key'],
    consumerSecret: values['consumer-secret'],
    accessToken: values['access-token'],
    accessTokenSecret: values['access-token-secret'],
  },
  webhook: webhookUrl === undefined ? null : { url: webhookUrl, secret: webhookSecret ?? '' },
});
console.log(JSON.stringify({ url: shop.url }));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    shop.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
