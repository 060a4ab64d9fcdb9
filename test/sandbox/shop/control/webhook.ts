import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { CustomerChange } from '../shop.ts';
import type { CustomerRow } from '../state/customer-rows.ts';
import type { Clock, Random } from '../time-and-chance.ts';
import type { OrderRow } from '../state/sales-rows.ts';

export interface WebhookTarget {
  url: string;
  /** `whsec_` and the key in base64 (Standard Webhooks). */
  secret: string;
}

const DELAY_MS = 5;
/** After these pauses a message that was not taken is sent again; then it is lost, as real webhooks are. */
const RETRIES_MS = [200, 1000, 3000];
const TIMEOUT_MS = 5000;

/**
 * Sends `order.changed` and `customer.created|updated|deleted` messages by the Standard Webhooks convention. A message
 * is a request: it names the order, or the customer, and carries nothing of it. Messages are sent one after another per shop start, without waiting for retries.
 */
export class Webhook {
  readonly #target: WebhookTarget;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosed = false;

  constructor(target: WebhookTarget, clock: Clock, random: Random) {
    this.#target = target;
    this.#clock = clock;
    this.#random = random;
  }

  orderChanged(order: OrderRow): void {
    const { entity_id, increment_id, store_id, updated_at } = order;
    this.#tell('order.changed', { entity_id, increment_id, store_id, updated_at });
  }

  customerChanged({ id, website_id, updated_at }: CustomerRow, change: CustomerChange): void {
    // An edited address does not move `updated_at`, so the message does not say which state it saw.
    const seen = change === 'created' ? { updated_at } : {};
    this.#tell(`customer.${change}`, { customer_id: id, website_id, ...seen });
  }

  #tell(type: string, data: object): void {
    const body = JSON.stringify({ type, timestamp: new Date(this.#clock.nowMs()).toISOString(), data });
    const id = `msg_${this.#clock.nowMs().toString(36)}${Math.floor(this.#random() * 2 ** 48).toString(36)}`;
    this.#later(DELAY_MS, () => this.#send(id, body, 0));
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(delayMs: number, work: () => void): void {
    if (this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    timer.unref();
    this.#timers.add(timer);
  }

  #send(id: string, body: string, attempt: number): void {
    const timestampS = Math.floor(this.#clock.nowMs() / 1000);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'webhook-id': id,
      'webhook-timestamp': String(timestampS),
      'webhook-signature': sign(this.#target.secret, id, timestampS, body),
    };
    let isSettled = false;
    const settle = (isTaken: boolean): void => {
      if (isSettled) return;
      isSettled = true;
      const pauseMs = RETRIES_MS[attempt];
      if (!isTaken && pauseMs !== undefined) this.#later(pauseMs, () => this.#send(id, body, attempt + 1));
    };
    const request = httpRequest(
      this.#target.url,
      { method: 'POST', headers, timeout: TIMEOUT_MS },
      (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        settle(statusCode >= 200 && statusCode < 300);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => settle(false));
    request.on('close', () => settle(false));
    request.end(body);
  }
}

/** `v1,` and the HMAC-SHA256 over `id.timestamp.body` in base64. */
export function sign(secret: string, id: string, timestampS: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}
