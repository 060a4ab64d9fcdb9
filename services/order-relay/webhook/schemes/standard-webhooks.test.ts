import { expect, it } from '@jest/globals';
import { sign, standardWebhooks } from './standard-webhooks.ts';

// The example that libraries of Standard Webhooks test themselves with.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = '1614265330';
const body = Buffer.from('{"test": 2432232314}');
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

it('signs, and believes, as the others do', () => {
  const scheme = standardWebhooks({
    path: '/',
    namedIn: () => [],
    secrets: () => ['whsec_AAAA', secret],
    toleranceMs: 1_000,
    now: () => Number(timestamp) * 1_000,
  });
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
  const claim = scheme.claimIn(headers);
  expect(typeof claim !== 'string' && claim.proofIn(body)).toEqual({ id });
  expect(typeof claim !== 'string' && claim.proofIn(Buffer.from('{"test": 2432232315}'))).toBe(
    'signature_wrong',
  );
  expect(sign(secret, id, timestamp, body)).toBe(signature);
});
