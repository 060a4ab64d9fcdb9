import { createHmac, randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export const webhookSecret = `whsec_${Buffer.from('the secret of the tests at the edge').toString('base64')}`;

const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64');

/** The headers of a delivery; signed with another key they are well-formed and wrong. */
export function headersOf(id: string, body: string | Buffer, signingKey = key): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const hmac = createHmac('sha256', signingKey).update(`${id}.${timestamp}.`).update(body);
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${hmac.digest('base64')}`,
  };
}

export interface Delivered {
  /** The answer's status, or why there was none. */
  result: number | string;
  tookMs: number;
}

export interface SenderOptions {
  url: string;
  /** As many workers of the shop; each waits for its answer before it sends the next delivery. */
  workers: number;
  /** Between an answer and the worker's next delivery. */
  pauseMs: number;
  orders: readonly { increment_id: string }[];
}

/** A shop that behaves: every second worker keeps its connection, the others make one for each delivery. */
export class Sender {
  readonly delivered: Delivered[] = [];
  readonly #options: SenderOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #prefix = randomBytes(4).toString('hex');
  readonly #workers: Promise<void>[];
  #sent = 0;
  #stopped = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#workers = Array.from({ length: options.workers }, (_, index) => this.#work(index % 2 === 0));
  }

  /** Resolves when the deliveries under way are answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers);
    this.#agent.destroy();
  }

  /** Of what was not taken, each result with its number. */
  refused(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { result } of this.delivered) if (result !== 202) counts[result] = (counts[result] ?? 0) + 1;
    return counts;
  }

  latencyMs(share: number): number {
    const sorted = this.delivered.map(({ tookMs }) => tookMs).toSorted((left, right) => left - right);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Infinity);
  }

  async #work(keepsConnection: boolean): Promise<void> {
    while (!this.#stopped) {
      const beganAt = performance.now();
      const result = await this.#deliver(keepsConnection).catch(
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      this.delivered.push({ result, tookMs: performance.now() - beganAt });
      await sleep(this.#options.pauseMs);
    }
  }

  #deliver(keepsConnection: boolean): Promise<number> {
    const { url, orders } = this.#options;
    const { increment_id } = orders[this.#sent % orders.length]!;
    const body = JSON.stringify({ type: 'order.updated', data: { increment_id, store_code: 'default' } });
    this.#sent += 1;
    const headers = {
      ...headersOf(`msg_${this.#prefix}_${this.#sent}`, body),
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const call = request(url, { method: 'POST', headers, agent: keepsConnection ? this.#agent : false });
      call.on('error', reject);
      call.on('response', (answer) => {
        answer.on('error', reject);
        answer.on('end', () => resolve(answer.statusCode ?? 0));
        answer.resume();
      });
      call.end(body);
    });
  }
}
