import { z } from 'zod';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { httpsProblem } from '../../platform/http/https.ts';
import { ok } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { createMagento } from '../magento.ts';
import type { Magento, MagentoOptions } from '../magento.ts';
import { rights } from './rights.ts';
import type { Optional } from './rights.ts';

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

/** One finding per missing resource or route; Magento names the resource itself. What only the `unused` needs is not asked for. */
export async function checkResources(magento: Magento, unused: readonly Optional[] = []): Promise<Finding[]> {
  const findings: Finding[] = [];
  const needed = rights.filter(({ onlyFor }) => onlyFor === undefined || !unused.includes(onlyFor));
  const probes = needed.flatMap((right) => right.probes);
  for (const probe of probes) {
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
  return [ok('magento.resources', `all ${probes.length} kinds of call are allowed`)];
}

const ofItsContent = new Set(
  ['internal_error', 'could_not_save', 'not_json', 'unexpected_shape'].map((name) => `magento.${name}`),
);

/** What needs a person or did not answer. A refusal of the probe's own content is what a probe hopes for. */
export async function faultOf(call: Promise<unknown>): Promise<Unavailable | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (error instanceof Rejected) return null;
    if (error instanceof Unavailable) return ofItsContent.has(error.fault.code) ? null : error;
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
