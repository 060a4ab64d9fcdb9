import { createHmac } from 'node:crypto';

export const benchSecret = `whsec_${Buffer.from('the secret of the webhook benchmark').toString('base64')}`;

export interface Delivery {
  headers: Record<string, string>;
  body: string;
}

/** As long as what shops send, and as the figures for Express were measured with. */
const bodyBytes = 1_185;
const key = Buffer.from(benchSecret.slice('whsec_'.length), 'base64');

/** Signed deliveries, each with an id and an order of its own. */
export function deliveries(prefix: string, count: number): Delivery[] {
  const timestamp = String(Math.floor(Date.now() / 1000));
  return Array.from({ length: count }, (_, index) => {
    const id = `msg_${prefix}_${index}`;
    const body = bodyOf(index);
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    return {
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
      body,
    };
  });
}

function bodyOf(index: number): string {
  const data = {
    entity_id: index + 1,
    increment_id: String(index + 1).padStart(9, '0'),
    store_id: 1,
    updated_at: '2026-11-23 08:07:07',
    note: '',
  };
  const bare = JSON.stringify({ type: 'order.changed', data });
  data.note = 'x'.repeat(bodyBytes - bare.length);
  return JSON.stringify({ type: 'order.changed', data });
}
