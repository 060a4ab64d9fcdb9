import { z } from 'zod';
import { frameFields, recipeSection } from '../../../platform/config/sections/recipe.ts';
import type { HttpAnswer, HttpCall, HttpClient } from '../../../platform/http/client.ts';
import type { Clock } from '../../../platform/clock.ts';
import { assertCurrent } from '../../../platform/fence.ts';
import { Caller } from '../caller.ts';
import { RecipeCustomers } from '../recipe-customers.ts';
import { RecipeOrders } from '../recipe-orders.ts';
import { Wire } from '../wire.ts';

type Canned = { status?: number; headers?: Record<string, string>; body?: unknown } | Error;

/** Time that passes only by waiting. */
export class ManualClock implements Clock {
  nowMs = 1_000_000;
  now(): number {
    return this.nowMs;
  }
  wait(ms: number): Promise<void> {
    this.nowMs += ms;
    return Promise.resolve();
  }
}

/**
 * An ERP that answers as a function says; what is no text is JSON. `calls` are as they came in. Like the real client it
 * begins none for whoever has lost its lease.
 */
export class CannedErp implements HttpClient {
  readonly calls: HttpCall[] = [];
  answer: (call: HttpCall) => Canned = () => ({});

  async request(call: HttpCall): Promise<HttpAnswer> {
    assertCurrent(call.path);
    this.calls.push(call);
    const canned = this.answer(call);
    if (canned instanceof Error) throw canned;
    const { status = 200, headers = {}, body } = canned;
    const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
    return { status, headers, body: text };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const orders = {
  lookup: [{ send: 'GET /orders?ref={$key}' }],
  carries: '=ref = $key',
  document: { id: '=id' },
  create: { send: 'POST /orders', body: { ref: '=$key' } },
};

/** The engine over a canned ERP; `recipe` is what differs from the least there can be. */
export function withCannedErp({
  orders: own,
  ...recipe
}: { orders?: object; [field: string]: unknown } = {}) {
  const erp = new CannedErp();
  const clock = new ManualClock();
  const given = recipeSection.parse({ url: 'http://127.0.0.1', ...recipe, orders: { ...orders, ...own } });
  const secrets = { ...given.secrets };
  const wire = new Wire(given, () => secrets);
  const caller = new Caller({ wire, http: erp, logInHttp: erp, clock });
  const customers = given.customers && new RecipeCustomers(given.customers, caller, clock);
  return { erp, clock, secrets, caller, orders: new RecipeOrders(given, caller, clock), customers };
}

/** A caller of an API that is only read. */
export function withCannedApi(frame: { [field: string]: unknown } = {}) {
  const erp = new CannedErp();
  const clock = new ManualClock();
  const api = z.strictObject(frameFields).parse({ url: 'http://127.0.0.1', ...frame });
  const wire = new Wire(api, () => api.secrets, 'erp.source.api');
  return { erp, clock, caller: new Caller({ wire, http: erp, logInHttp: erp, clock }) };
}

export const asked = ({ calls }: CannedErp): string[] => calls.map(({ method, path }) => `${method} ${path}`);
