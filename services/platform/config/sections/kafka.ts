import { z } from 'zod';
import { isThisMachine } from '../../http/https.ts';
import { count, milliseconds, text, url, yesOrNo } from '../fields.ts';

/** As the client splits it: what stands before the colon is the host. */
const broker = text.regex(/^[^\s:/@[\]]+:\d{1,5}$/, 'must be host:port');

export const kafkaSection = z
  .strictObject({
    brokers: z
      .preprocess(
        (list) => (typeof list === 'string' ? list.split(',').map((one) => one.trim()) : list),
        z.array(broker).min(1),
      )
      .describe('host:port, a list or comma-separated'),
    replicationFactor: count(3),
    ssl: z
      .union(
        [yesOrNo, z.strictObject({ ca: text.optional(), cert: text.optional(), key: text.optional() })],
        'must be true, false, or a map of ca, cert and key',
      )
      .default(false),
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
        username: text,
        password: text,
      })
      .optional(),
    registry: z.strictObject({ url, username: text.optional(), password: text.optional() }),
    /** Passwords in clear to other machines are refused unless this says so. */
    allowPlain: yesOrNo.default(false),
    /** A member that is silent for so long has lost its partitions. Calls out have shorter deadlines. */
    sessionTimeoutMs: milliseconds(15_000),
  })
  .superRefine(({ brokers, ssl, sasl, registry, allowPlain }, context) => {
    if (allowPlain) return;
    const isFar = brokers.some((address) => !isThisMachine(address.split(':')[0]!));
    if (sasl?.mechanism === 'plain' && ssl === false && isFar) context.addIssue(clear(['sasl', 'mechanism']));
    const { protocol, hostname } = new URL(registry.url);
    if (registry.username !== undefined && protocol === 'http:' && !isThisMachine(hostname))
      context.addIssue(clear(['registry', 'url']));
  });

function clear(path: string[]) {
  const message =
    'sends the password over the network in clear: use TLS (kafka.ssl, an https address), or allow it by name: kafka.allowPlain: true';
  return { code: 'custom' as const, path, message };
}
