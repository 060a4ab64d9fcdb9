import type { z } from 'zod';
import type { RestCall } from '../rest/rest.ts';

/** What a deployment may do without. */
export type Optional = 'customers' | 'writeBack' | 'comments' | 'catalog' | 'refunds' | 'cancellations';

/** One resource of Magento's access list, and the calls that it opens: each a read, or a write that Magento must refuse for its emptiness. */
export interface Right {
  resource: string;
  /** What Cartage needs it for, as the guide says it. */
  purpose: string;
  /** What alone needs it; every deployment does unless told otherwise. */
  onlyFor?: Optional;
  probes: readonly Probe[];
}

export type Probe = Omit<RestCall<z.ZodUnknown>, 'shape'>;

/** Every resource that an integration for Cartage is given, and no other. The guide's list is a copy that a test compares. */
export const rights: readonly Right[] = [
  {
    resource: 'Magento_Backend::store',
    purpose: 'store views, websites, currency',
    // Asked before all others, by `checkAccess`.
    probes: [],
  },
  {
    resource: 'Magento_Sales::actions_view',
    purpose: 'reading orders',
    probes: [list('orders')],
  },
  {
    resource: 'Magento_Sales::shipment',
    purpose: 'reading shipments, adding tracking numbers',
    probes: [
      list('shipments'),
      { method: 'POST', path: ['shipment', 'track'], body: {}, route: 'POST shipment/track' },
    ],
  },
  {
    resource: 'Magento_Sales::ship',
    purpose: 'creating shipments',
    probes: [
      {
        method: 'POST',
        path: ['order', '0', 'ship'],
        body: { items: [{ order_item_id: 0, qty: 0 }] },
        route: 'POST order/:id/ship',
      },
    ],
  },
  {
    resource: 'Magento_Sales::sales_invoice',
    purpose: 'reading invoices, commenting on them',
    probes: [
      list('invoices'),
      { method: 'POST', path: ['invoices', 'comments'], body: {}, route: 'POST invoices/comments' },
    ],
  },
  {
    resource: 'Magento_Sales::invoice',
    purpose: 'creating invoices',
    probes: [
      {
        method: 'POST',
        path: ['order', '0', 'invoice'],
        body: { items: [{ order_item_id: 0, qty: 0 }] },
        route: 'POST order/:id/invoice',
      },
    ],
  },
  {
    resource: 'Magento_Sales::sales_creditmemo',
    purpose: 'reading credit memos',
    probes: [list('creditmemos')],
  },
  {
    resource: 'Magento_Sales::creditmemo',
    purpose: 'paying back outside of the shop',
    onlyFor: 'refunds',
    probes: [
      {
        method: 'POST',
        path: ['order', '0', 'refund'],
        body: { items: [{ order_item_id: 0, qty: 0 }] },
        route: 'POST order/:id/refund',
      },
    ],
  },
  {
    resource: 'Magento_Sales::cancel',
    purpose: 'canceling the rest of an order',
    onlyFor: 'cancellations',
    probes: [{ method: 'POST', path: ['orders', '0', 'cancel'], route: 'POST orders/:id/cancel' }],
  },
  {
    resource: 'Magento_Sales::comment',
    purpose: 'telling an order its number in the ERP',
    onlyFor: 'writeBack',
    probes: [
      { method: 'POST', path: ['orders', '0', 'comments'], body: {}, route: 'POST orders/:id/comments' },
    ],
  },
  {
    resource: 'Magento_Customer::customer',
    purpose: 'reading customers',
    onlyFor: 'customers',
    probes: [list('customers', 'search')],
  },
  {
    resource: 'Magento_Customer::group',
    purpose: 'reading customer groups',
    onlyFor: 'customers',
    probes: [list('customerGroups', 'search')],
  },
  {
    resource: 'Magento_Catalog::products',
    purpose: 'reading and writing products',
    probes: [
      list('products'),
      { method: 'POST', path: ['products'], scope: 'all', body: {}, route: 'POST products' },
    ],
  },
  {
    resource: 'Magento_Catalog::catalog',
    purpose: 'prices of every kind',
    probes: [
      {
        method: 'POST',
        path: ['products', 'base-prices-information'],
        body: { skus: [] },
        route: 'POST products/base-prices-information',
        readsOnly: true,
      },
      {
        method: 'POST',
        path: ['products', 'base-prices'],
        body: { prices: [] },
        route: 'POST products/base-prices',
      },
    ],
  },
  {
    resource: 'Magento_Catalog::sets',
    purpose: 'reading attribute sets',
    onlyFor: 'catalog',
    probes: [list('products', 'attribute-sets', 'sets', 'list')],
  },
  {
    resource: 'Magento_Catalog::attributes_attributes',
    purpose: 'reading attributes, adding options',
    onlyFor: 'catalog',
    probes: [list('products', 'attributes')],
  },
  {
    resource: 'Magento_Catalog::categories',
    purpose: 'reading and adding categories',
    onlyFor: 'catalog',
    probes: [list('categories', 'list')],
  },
  {
    resource: 'Magento_InventoryApi::source',
    purpose: 'reading sources and their items',
    probes: [list('inventory', 'sources'), list('inventory', 'source-items')],
  },
  {
    resource: 'Magento_InventoryApi::stock',
    purpose: 'reading stocks',
    probes: [list('inventory', 'stocks')],
  },
  {
    resource: 'Magento_InventoryApi::stock_source_link',
    purpose: 'reading which sources belong to which stock',
    probes: [list('inventory', 'stock-source-links')],
  },
  {
    resource: 'Magento_InventoryApi::stock_source_item_assign',
    purpose: 'writing quantities',
    probes: [
      { method: 'POST', path: ['inventory', 'source-items'], body: {}, route: 'POST inventory/source-items' },
    ],
  },
  {
    resource: 'Magento_InventorySalesApi::stock',
    purpose: 'reading salable quantities',
    probes: [
      {
        method: 'GET',
        // Of the same resource as get-product-salable-quantity, which would leave a 500 in the shop's log.
        path: ['inventory', 'is-product-salable', 'cartage-check', '1'],
        route: 'GET inventory/is-product-salable',
      },
    ],
  },
];

function list(...path: string[]): Probe {
  const query = [
    ['searchCriteria[pageSize]', '1'],
    ['searchCriteria[currentPage]', '1'],
  ] as const;
  return { method: 'GET', path, query, route: `GET ${path.join('/')}` };
}
