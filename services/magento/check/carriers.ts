import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Rest } from '../rest/rest.ts';
import { newestOrders, shippingMethodOf } from './order-codes.ts';

/** Carriers that Magento brings; `custom` is its own word for any other. */
const ownCarriers = ['custom', 'dhl', 'fedex', 'flatrate', 'freeshipping', 'tablerate', 'ups', 'usps'];

/**
 * Whether the carriers of tracking numbers are Magento's own, or of a shipping method that orders have: `CARRIER_METHOD`.
 * REST lists none, and takes any code; one that the shop does not know shows no link to the parcel.
 */
export async function checkCarriers(rest: Rest, codes: readonly string[]): Promise<Finding[]> {
  const methods = (await newestOrders(rest)).map((order) => shippingMethodOf(order) ?? '');
  const unknown = [...new Set(codes)].filter(
    (code) => !ownCarriers.includes(code) && !methods.some((method) => method.startsWith(`${code}_`)),
  );
  if (unknown.length === 0) return [ok('magento.carriers', 'the carriers are known')];
  return [
    warn(
      'magento.carrier_unseen',
      `fulfilments.carriers names ${unknown.map((code) => `"${code}"`).join(', ')}, neither Magento's own nor of a shipping method that recent orders have`,
      'Magento takes any code; for one that it does not know customers see no link to the parcel',
      'Compare with Stores > Configuration > Sales > Delivery Methods; `custom` is for any other carrier',
    ),
  ];
}
