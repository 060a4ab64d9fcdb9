import { z } from 'zod';
import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Magento } from '../magento.ts';
import { faultOf } from './access.ts';
import type { Optional, Probe } from './rights.ts';

interface Unneeded {
  resource: string;
  /** What it would let Cartage do. */
  deed: string;
  probe: Probe;
  /** What does need it. */
  onlyFor?: Optional;
}

/**
 * Resources that Cartage never needs, or not while something is off, and that would be a loss in the wrong hands, each with a call that asks for entity 0, which
 * there never is: nothing is read and nothing is changed. Magento tells no integration what it may do, and names only what
 * is missing; so what is not tried here is not known.
 */
export const unneeded: readonly Unneeded[] = [
  {
    resource: 'Magento_Customer::customer',
    deed: 'read customers',
    probe: get('customers', '0'),
    onlyFor: 'customers',
  },
  {
    resource: 'Magento_Customer::manage',
    deed: 'change customers',
    probe: get('customers', 'addresses', '0'),
  },
  {
    resource: 'Magento_Sales::comment',
    deed: 'comment on orders',
    probe: post('orders', '0', 'comments'),
    // Of the ERP too, which may send some or not.
    onlyFor: 'comments',
  },
  { resource: 'Magento_Cart::manage', deed: 'read carts', probe: get('carts', '0') },
  { resource: 'Magento_Sales::transactions_fetch', deed: 'read payments', probe: get('transactions', '0') },
  {
    resource: 'Magento_Sales::cancel',
    deed: 'cancel orders',
    probe: post('orders', '0', 'cancel'),
    onlyFor: 'cancellations',
  },
  {
    resource: 'Magento_Sales::creditmemo',
    deed: 'refund orders',
    probe: post('order', '0', 'refund'),
    onlyFor: 'refunds',
  },
  { resource: 'Magento_SalesRule::quote', deed: 'make discounts', probe: get('salesRules', '0') },
  { resource: 'Magento_Cms::page', deed: 'change pages', probe: get('cmsPage', '0') },
  { resource: 'Magento_Tax::manage_tax', deed: 'change taxes', probe: get('taxRates', '0') },
];

/** Whether the integration may do more than Cartage needs, as far as that can be tried. @param unused What the configuration does without. */
export async function checkExcess(magento: Magento, unused: readonly Optional[]): Promise<Finding> {
  const code = 'magento.scope_excess';
  const granted: Unneeded[] = [];
  const tried = unneeded.filter(({ onlyFor }) => onlyFor === undefined || unused.includes(onlyFor));
  for (const one of tried) {
    const fault = await faultOf(magento.rest.call({ ...one.probe, shape: z.unknown() }));
    if (fault === null) granted.push(one);
  }
  if (granted.length === 0) return ok(code, `none of ${tried.length} rights that are not needed is given`);
  return warn(
    code,
    `The integration may also ${granted.map(({ deed, resource }) => `${deed} (${resource})`).join(', ')}`,
    'Cartage needs none of it, and whoever gets hold of the credentials has it as well',
    'Take away all resources but those of deploy/README.md, under System > Integrations > API',
  );
}

function get(...path: string[]): Probe {
  return { method: 'GET', path, route: routeOf('GET', path) };
}

function post(...path: string[]): Probe {
  return { method: 'POST', path, body: {}, route: routeOf('POST', path) };
}

function routeOf(method: string, path: readonly string[]): string {
  return `${method} ${path.join('/').replace('/0', '/:id')}`;
}
