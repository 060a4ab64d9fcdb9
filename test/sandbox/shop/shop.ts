import type { Clock, Random } from './time-and-chance.ts';
import type { Journal } from './control/journal.ts';
import type { AdminAccount, Integration } from './oauth/integrations.ts';
import type { Nonces } from './oauth/nonces.ts';
import type { Database } from './state/database.ts';
import type { CustomerRow } from './state/customer-rows.ts';
import type { OrderRow } from './state/sales-rows.ts';

/** Everything a request can see and change. */
export interface Shop {
  db: Database;
  clock: Clock;
  random: Random;
  journal: Journal;
  integrations: Integration[];
  admin: AdminAccount;
  /** Tokens given out by the admin sign-in. */
  adminTokens: Set<string>;
  nonces: Nonces;
  /** `oauth/consumer/enable_integration_as_bearer` of the real shop, off by default. */
  bearerForIntegrations: boolean;
  /** Base URL as the store configuration shows it, with a slash at the end. */
  baseUrl: string;
  /** Says that an order has been created or has changed its state; told after the commit. */
  orderChanged(order: OrderRow): void;
  /** The same of a customer. */
  customerChanged(customer: CustomerRow, change: CustomerChange): void;
}

export type CustomerChange = 'created' | 'updated' | 'deleted';

/** A time as Magento writes it: UTC, whole seconds, no zone (FACTS section 3). */
export function utcText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

export function now(shop: Shop): string {
  return utcText(shop.clock.nowMs());
}

export function hex(shop: Shop, length: number): string {
  return Array.from({ length }, () => Math.floor(shop.random() * 16).toString(16)).join('');
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export function letters(shop: Shop, length: number): string {
  return Array.from({ length }, () => LETTERS[Math.floor(shop.random() * LETTERS.length)]).join('');
}
