import { z } from 'zod';
import { Rejected, Unavailable } from '../platform/errors.ts';
import { httpsProblem } from '../platform/http/https.ts';
import { ok } from '../platform/finding.ts';
import type { Finding } from '../platform/finding.ts';
import { createMagento } from './magento.ts';
import type { Magento, MagentoOptions } from './magento.ts';
import type { RestCall } from './rest.ts';

/** Address, https, credentials and the URL to sign. After a "fail" there is nothing more to learn from this shop. */
export async function checkAccess(options: MagentoOptions): Promise<Finding[]> {
  const problem = httpsProblem(options.baseUrl, { allowHttp: options.allowHttp ?? false });
  if (problem !== null) {
    const why = 'Credentials and orders must not cross a network in clear';
    return [{ level: 'fail', code: 'magento.https', what: problem, why, fix: 'Correct magento.url' }];
  }
  const fault = await storeViewsFault(options);
  if (fault === null) return [ok('magento.access', `${options.baseUrl} answers and takes the credentials`)];
  if (fault.fault.code === 'magento.signature_invalid') {
    const signingUrl = await findSigningUrl(options);
    if (signingUrl !== null) {
      return [
        {
          level: 'fail',
          code: 'magento.signing_url',
          what: `The secrets are right, but the shop sees its address as ${signingUrl}`,
          why: 'Magento checks signatures over the address it sees, which a proxy or FastCGI setting has changed',
          fix: `Set magento.signingUrl: ${signingUrl}`,
        },
      ];
    }
  }
  return [failing(fault, 'Without access nothing can be read or written')];
}

/** Every kind of call that Cartage makes, as a read, or as a write that Magento must refuse for its emptiness. */
const PROBES: readonly Omit<RestCall<z.ZodUnknown>, 'shape'>[] = [
  ...['orders', 'shipments', 'products'].map((name) => listProbe(name)),
  ...['source-items', 'sources', 'stocks', 'stock-source-links'].map((name) => listProbe('inventory', name)),
  {
    method: 'GET',
    // Of the same resource as get-product-salable-quantity, which would leave a 500 in the shop's log.
    path: ['inventory', 'is-product-salable', 'cartage-check', '1'],
    route: 'GET inventory/is-product-salable',
  },
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
  { method: 'POST', path: ['products'], scope: 'all', body: {}, route: 'POST products' },
  { method: 'POST', path: ['inventory', 'source-items'], body: {}, route: 'POST inventory/source-items' },
  {
    method: 'POST',
    path: ['order', '0', 'ship'],
    body: { items: [{ order_item_id: 0, qty: 0 }] },
    route: 'POST order/:id/ship',
  },
  { method: 'POST', path: ['shipment', 'track'], body: {}, route: 'POST shipment/track' },
];

/** One finding per missing resource or route; Magento names the resource itself. */
export async function checkResources(magento: Magento): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const probe of PROBES) {
    const fault = await faultOf(magento.rest.call({ ...probe, shape: z.unknown() }));
    if (fault === null) continue;
    const inventory = fault.fault.code === 'magento.route_missing' && probe.path[0] === 'inventory';
    findings.push(
      inventory
        ? {
            level: 'fail',
            code: 'magento.msi_missing',
            what: `The shop does not know "${probe.route}"`,
            why: 'Stock per source and salable quantities need multi-source inventory',
            fix: 'Enable the Magento_Inventory* modules',
          }
        : failing(fault, `Cartage calls "${probe.route}"`),
    );
  }
  if (findings.length > 0) return findings;
  return [ok('magento.resources', `all ${PROBES.length} kinds of call are allowed`)];
}

/** What needs a person or did not answer. A refusal of the probe's own content is what a probe hopes for. */
async function faultOf(call: Promise<unknown>): Promise<Unavailable | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof Rejected) return null;
    if (error instanceof Unavailable) return error.perhapsRecord && !error.needsOperator ? null : error;
    throw error;
  }
}

async function storeViewsFault(options: MagentoOptions): Promise<Unavailable | Rejected | null> {
  const magento = createMagento(options);
  try {
    await magento.store.views();
    return null;
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Rejected) return error;
    throw error;
  } finally {
    await magento.close();
  }
}

/** The usual changes on the way: TLS ended in front, the port left out of the Host that PHP sees. */
async function findSigningUrl(options: MagentoOptions): Promise<string | null> {
  const base = new URL(options.baseUrl);
  const swapped = base.protocol === 'https:' ? 'http:' : 'https:';
  const candidates = new Set(
    [base.host, base.hostname].flatMap((host) =>
      [base.protocol, swapped].map((scheme) => `${scheme}//${host}${base.pathname}`),
    ),
  );
  candidates.delete(options.signingUrl ?? options.baseUrl);
  for (const signingUrl of candidates) {
    if ((await storeViewsFault({ ...options, signingUrl })) === null) return signingUrl;
  }
  return null;
}

function failing({ fault }: Unavailable | Rejected, why: string): Finding {
  return {
    level: 'fail',
    code: fault.code,
    what: fault.why ? `${fault.what}: ${fault.why}` : fault.what,
    why,
    fix: fault.fix,
  };
}

function listProbe(...path: string[]): Omit<RestCall<z.ZodUnknown>, 'shape'> {
  const query = [
    ['searchCriteria[pageSize]', '1'],
    ['searchCriteria[currentPage]', '1'],
  ] as const;
  return { method: 'GET', path, query, route: `GET ${path.join('/')}` };
}
