import { addToCart, createCart, emptyAddress } from '../sandbox/shop/sales/cart.ts';
import { placeOrder } from '../sandbox/shop/sales/place-order.ts';
import { saveCustomer } from '../sandbox/shop/customers/save-customer.ts';
import type { Json } from '../sandbox/shop/rest/json.ts';
import type { Shop } from '../sandbox/shop/shop.ts';
import type { AddressRow, OrderRow } from '../sandbox/shop/state/sales-rows.ts';
import { addBulkProducts } from './seed.ts';

/** What happened in the real shop between recorded calls without being recorded itself. */
export interface Step {
  /** Taken just before this exchange, `file/name`. */
  before: string;
  run(shop: Shop, setTime: (text: string) => void): void;
}

interface Order {
  at: string;
  /** The second write of the order (FACTS section 3), where the recordings show it. */
  writtenAgainAt?: string;
  lines: [sku: string, qty: number, option?: Json][];
  storeId?: number;
  coupon?: string;
  customerId?: number;
  email?: string;
  to?: 'IL' | 'CA';
}

const configurable = (value: number): Json => ({
  extension_attributes: { configurable_item_options: [{ option_id: '137', option_value: value }] },
});
const bundle = (...chosen: [option: number, selection: number][]): Json => ({
  extension_attributes: {
    bundle_options: chosen.map(([option_id, selection]) => ({
      option_id,
      option_qty: 1,
      option_selections: [selection],
    })),
  },
});
const BUNDLE_1 = bundle([1, 1], [2, 3]);
const BUNDLE_2 = bundle([3, 4], [4, 6]);

/** Orders that were placed unrecorded; what is in them is seen in later answers and reservations. */
export const STEPS: readonly Step[] = [
  step('store/store_views', [
    { at: '08:07:06', writtenAgainAt: '08:07:07', lines: [['SKU-001', 2]] },
    {
      at: '08:07:08',
      lines: [['CFG-1', 1, configurable(4)]],
      coupon: 'ERP10',
      customerId: 1,
      email: 'jane@example.com',
    },
    {
      at: '08:07:09',
      lines: [
        ['BND-1', 1, BUNDLE_1],
        ['BND-2', 2, BUNDLE_2],
      ],
    },
    { at: '08:07:10', lines: [['VIRT-1', 1]] },
    { at: '08:07:11', lines: [['SKU-025', 1.75]], to: 'CA' },
    { at: '08:07:11', writtenAgainAt: '08:07:12', lines: [['SKU-006', 1]], storeId: 3 },
  ]),
  step('checkout/add_unknown_sku', [
    {
      at: '08:08:37',
      writtenAgainAt: '08:08:38',
      lines: [
        ['SKU-007', 3],
        ['SKU-008', 1],
      ],
      customerId: 1,
      email: 'jane@example.com',
    },
  ]),
  { before: 'checkout/add_unknown_sku', run: addErrorCarts },
  {
    before: 'orders/list_page_1_of_4',
    run: (shop) => {
      const seventh = shop.db.orders.get(7);
      if (seventh !== undefined) seventh.updated_at = '2026-11-23 08:08:37';
    },
  },
  step('orders/comment_plain', [
    { at: '08:12:20', lines: [['SKU-010', 2]] },
    { at: '08:12:20', lines: [['SKU-011', 1]] },
  ]),
  step('shipments/single_after_order_source_items', [
    { at: '08:15:14', lines: [['SKU-012', 4]] },
    {
      at: '08:15:14',
      lines: [
        ['SKU-013', 5],
        ['SKU-014', 2],
      ],
    },
    { at: '08:15:14', lines: [['SKU-015', 3]] },
    { at: '08:15:14', lines: [['CFG-1', 2, configurable(6)]] },
    { at: '08:15:14', lines: [['SKU-016', 1]] },
  ]),
  // The dump of the stock index shows these SKUs at 100 again.
  {
    before: 'inventory/dump_stock_index',
    run: (shop) => setQuantity(shop, ['SKU-018', 'SKU-019', 'SKU-021', 'SKU-022'], 100),
  },
  { before: 'inventory/post_batch_1', run: addBulkProducts },
  step('shipments/multi_after_order_source_items', [
    {
      at: '08:27:01',
      lines: [
        ['SKU-006', 5],
        ['SKU-008', 2],
      ],
      storeId: 3,
    },
    { at: '08:27:01', lines: [['SKU-007', 40]], storeId: 3 },
    {
      at: '08:27:01',
      lines: [
        ['SKU-020', 2],
        ['SKU-021', 2],
      ],
    },
    { at: '08:27:01', lines: [['CFG-1', 2, configurable(4)]], storeId: 3 },
  ]),
  step('shipments/concurrent_full_ship_1', [
    { at: '08:27:10', lines: [['SKU-029', 4]] },
    { at: '08:27:10', lines: [['SKU-028', 4]] },
    { at: '08:27:10', lines: [['SKU-012', 1]] },
  ]),
  step('invoices-creditmemos/invoice_partial_capture', [
    {
      at: '08:28:50',
      lines: [
        ['SKU-023', 4],
        ['SKU-024', 2],
      ],
    },
    { at: '08:28:50', lines: [['SKU-020', 1]] },
    { at: '08:28:50', lines: [['SKU-020', 1]] },
    {
      at: '08:28:50',
      lines: [
        ['SKU-021', 3],
        ['VIRT-1', 1],
      ],
      coupon: 'ERP10',
    },
    {
      at: '08:28:50',
      lines: [
        ['CFG-1', 1, configurable(5)],
        ['BND-1', 1, BUNDLE_1],
      ],
    },
    { at: '08:28:50', lines: [['SKU-009', 4]], storeId: 3 },
    { at: '08:28:50', lines: [['SKU-030', 3]] },
  ]),
  { before: 'customers/search_all_paged', run: addCustomers },
];

/** Jane was there before everything; the others were made right before the first recorded search. */
function addCustomers(shop: Shop, setTime: (text: string) => void): void {
  setTime('08:03:41');
  saveCustomer(shop, JANE, null);
  setTime('08:37:19');
  for (const [n, members] of [{ taxvat: 'VAT1' }, {}, { group_id: 2 }, { website_id: 2 }].entries()) {
    const who = `C${n + 1}`;
    const email = `${who.toLowerCase()}@example.com`;
    saveCustomer(shop, { email, firstname: who, lastname: 'Test', ...members }, null);
  }
}

const JANE = {
  email: 'jane@example.com',
  firstname: 'Jane',
  lastname: 'Doe',
  addresses: [
    {
      firstname: 'Jane',
      lastname: 'Doe',
      street: ['1 Main St', 'Apt 2'],
      city: 'Chicago',
      region_id: 23,
      postcode: '60601',
      country_id: 'US',
      telephone: '312-555-0100',
      default_shipping: true,
      default_billing: true,
    },
  ],
};

function step(before: string, orders: readonly Order[]): Step {
  return {
    before,
    run(shop, setTime) {
      for (const order of orders) {
        setTime(order.at);
        place(shop, order);
      }
    },
  };
}

function setQuantity(shop: Shop, skus: readonly string[], quantity: number): void {
  for (const sku of skus) shop.db.sourceItems.save({ sku, source_code: 'default', quantity, status: 1 });
}

function place(shop: Shop, order: Order): OrderRow {
  const cart = createCart(shop, order.storeId ?? 1);
  for (const [sku, qty, option] of order.lines) addToCart(shop, cart, sku, qty, option ?? null);
  const email = order.email ?? 'guest@example.com';
  cart.coupon_code = order.coupon ?? null;
  cart.customer_id = order.customerId ?? null;
  cart.shipping_address = address(shop, order.to ?? 'IL', email);
  cart.shipping_method = 'flatrate_flatrate';
  const billingAddress = address(shop, order.to ?? 'IL', email);
  const placed = placeOrder(shop, cart, { email, paymentMethod: 'checkmo', billingAddress });
  if (order.writtenAgainAt !== undefined) placed.updated_at = `2026-11-23 ${order.writtenAgainAt}`;
  return placed;
}

/** The carts of the error cases were made unrecorded; their ids are in the recorded paths. */
function addErrorCarts(shop: Shop): void {
  const ids = [
    '3XXjGhqyaGmPi6eyrRIJfS48oKNuSZW6',
    '1cSRRZwKC2VEWaNhYT7OTDkVsJYyKQBQ',
    'fZ6Iw5hOYhQBxcNGRAjUfRMifIl99z5e',
    'J8XQ2REz3DcsqmiGaT1pgYATktchlXsO',
  ];
  for (const id of ids) {
    const cart = createCart(shop, 1);
    shop.db.carts.remove(cart);
    shop.db.carts.save({ ...cart, masked_id: id });
  }
}

function address(shop: Shop, state: 'IL' | 'CA', email: string): AddressRow {
  const place2 =
    state === 'IL'
      ? { city: 'Chicago', region: 'Illinois', region_code: 'IL', region_id: 23, postcode: '60601' }
      : { city: 'Los Angeles', region: 'California', region_code: 'CA', region_id: 12, postcode: '90001' };
  return {
    ...emptyAddress(shop),
    firstname: 'Jane',
    lastname: 'Doe',
    company: 'ACME Inc',
    street: ['1 Main St', 'Apt 2'],
    ...place2,
    country_id: 'US',
    telephone: '312-555-0100',
    email,
  };
}
