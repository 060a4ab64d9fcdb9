import { limitOf } from '../platform/http/call-limit.ts';
import type { CallLimit } from '../platform/http/call-limit.ts';
import { createHttpClient } from '../platform/http/client.ts';
import type { AnswerNote } from '../platform/http/client.ts';
import { httpsProblem } from '../platform/http/https.ts';
import { createSigner } from './rest/oauth.ts';
import { createDocuments } from './documents.ts';
import type { Documents } from './documents.ts';
import { createAttributes } from './attributes.ts';
import type { Attributes } from './attributes.ts';
import { createCategories } from './categories.ts';
import type { Categories } from './categories.ts';
import { createCreditMemos } from './credit-memos.ts';
import type { CreditMemos } from './credit-memos.ts';
import { createCustomers } from './customers.ts';
import type { Customers } from './customers.ts';
import { CredentialSets } from './rest/credentials.ts';
import type { Credentials } from './rest/credentials.ts';
import { createMedia } from './media.ts';
import type { Media } from './media.ts';
import { createOrderComments } from './order-comments.ts';
import type { OrderComments } from './order-comments.ts';
import { createOrders } from './orders.ts';
import type { Orders } from './orders.ts';
import { createPrices } from './prices.ts';
import type { Prices } from './prices.ts';
import { createProducts } from './products.ts';
import type { Products } from './products.ts';
import { createRest } from './rest/rest.ts';
import type { ClockReading, Rest } from './rest/rest.ts';
import { createGuestCarts } from './guest-carts.ts';
import type { GuestCarts } from './guest-carts.ts';
import { createInvoices } from './invoices.ts';
import type { Invoices } from './invoices.ts';
import { createShipments } from './shipments.ts';
import type { Shipments } from './shipments.ts';
import { createSourceItems } from './source-items.ts';
import type { SourceItems } from './source-items.ts';
import { createSources } from './sources.ts';
import type { Sources } from './sources.ts';
import { createStore } from './store.ts';
import type { Store, StoreOptions } from './store.ts';
import { Defect } from '../platform/errors.ts';

export interface MagentoOptions extends StoreOptions {
  /** The shop, with its folder if it has one; `/rest/...` is added. */
  baseUrl: string;
  /** What the shop takes for its own address, when that differs from baseUrl (FACTS section 1). */
  signingUrl?: string;
  /** Asked for every request, so that a changed secret takes effect at once. */
  credentials: () => Credentials;
  /** What takes their place; null where there is no such set. */
  nextCredentials?: () => Credentials | null;
  /** The shop took the next set (1), or the first one again (0), after it had refused the other. */
  onCredentials?: (place: number) => void;
  /** Calls in flight at once: what the shop is to bear from this process. */
  connections: number | CallLimit;
  deadlineMs: number;
  connectTimeoutMs?: number;
  /** Lets the shop be called without TLS, which is refused unless it is named. */
  allowHttp?: boolean;
  /** Headers for every call, such as `traceparent`. */
  headers?: () => Record<string, string>;
  onAnswer?: (note: AnswerNote) => void;
  /** Epoch milliseconds. */
  now?: () => number;
  nonce?: () => string;
}

/**
 * The Magento REST client. Every function is one or a few calls, each tried once; what a second try means only the
 * flow knows. Faults are `Rejected` and `Unavailable` as `answer-table.ts` says.
 */
export interface Magento {
  store: Store;
  orders: Orders;
  orderComments: OrderComments;
  documents: Documents;
  customers: Customers;
  products: Products;
  attributes: Attributes;
  categories: Categories;
  media: Media;
  prices: Prices;
  sourceItems: SourceItems;
  sources: Sources;
  shipments: Shipments;
  invoices: Invoices;
  creditMemos: CreditMemos;
  guestCarts: GuestCarts;
  /** The shop's clock by its last answer; one more is asked for when that is older than a minute. */
  serverTime(): Promise<ClockReading & { serverMs: number }>;
  rest: Rest;
  /** Which set of credentials is in use: 0 or 1. */
  credentialsInUse(): number;
  /** How many calls the shop bears from this process now. */
  callsAtOnce(): number;
  close(): Promise<void>;
}

const clockReadingAgeMs = 60_000;

/** @throws Error when the base URL may not be called. */
export function createMagento(options: MagentoOptions): Magento {
  const problem = httpsProblem(options.baseUrl, { allowHttp: options.allowHttp ?? false });
  if (problem !== null) throw new Defect(`magento.url: ${problem}`);
  const now = options.now ?? Date.now;
  const limit = limitOf(options.connections);
  const http = createHttpClient({
    name: 'Magento',
    origin: new URL(options.baseUrl).origin,
    connections: limit,
    deadlineMs: options.deadlineMs,
    ...(options.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: options.connectTimeoutMs }),
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    ...(options.onAnswer === undefined ? {} : { onAnswer: options.onAnswer }),
  });
  const { nonce } = options;
  const sets = () => [options.credentials(), options.nextCredentials?.()].filter((one) => one != null);
  const credentials = new CredentialSets(sets, options.onCredentials);
  const rest = createRest({
    http,
    sign: createSigner({ now, ...(nonce === undefined ? {} : { nonce }) }),
    credentials,
    baseUrl: options.baseUrl,
    ...(options.signingUrl === undefined ? {} : { signingUrl: options.signingUrl }),
    now,
  });
  const store = createStore(rest, options);
  return {
    store,
    orders: createOrders(rest),
    orderComments: createOrderComments(rest),
    documents: createDocuments(rest),
    customers: createCustomers(rest),
    products: createProducts(rest),
    attributes: createAttributes(rest),
    categories: createCategories(rest),
    media: createMedia(rest),
    prices: createPrices(rest),
    sourceItems: createSourceItems(rest),
    sources: createSources(rest),
    shipments: createShipments(rest),
    invoices: createInvoices(rest),
    creditMemos: createCreditMemos(rest),
    guestCarts: createGuestCarts(rest),
    async serverTime() {
      const known = rest.clock();
      if (known === null || Math.abs(now() - known.measuredAtMs) > clockReadingAgeMs) await store.views();
      const clock = rest.clock();
      if (clock === null) throw new Defect('the shop sends no Date header, so its clock cannot be read');
      return { ...clock, serverMs: now() + clock.skewMs };
    },
    rest,
    credentialsInUse: () => credentials.placeInUse(),
    callsAtOnce: () => limit.current,
    close: () => http.close(),
  };
}
