import type { Config } from '../../../platform/config/schema.ts';
import { Rejected } from '../../../platform/errors.ts';

type Line = Pick<Config, 'magento' | 'erp' | 'marker'>;

/** Where the order would go, without user, password and path. */
export interface Hosts {
  shop: string;
  /** Of all that is written to there. */
  erp: string;
}

/**
 * An environment may name another shop than the file beside it was written for.
 * @throws Rejected unless the shop is the one that is named as staging
 */
export function stagingHosts({ magento, erp, marker }: Line): Hosts {
  const { hostname, host } = new URL(magento.url);
  if (magento.staging === undefined) throw notStaging(hostname);
  if (magento.staging !== hostname) throw otherShop(magento.staging, hostname);
  const { connection, recipe } = erp;
  const addresses = [marker.databaseUrl ?? connection.writerUrl ?? connection.url, recipe?.url];
  const written = addresses
    .map((address) => URL.parse(address ?? '')?.host ?? '')
    .filter((one) => one !== '');
  return { shop: host, erp: [...new Set(written)].join(' and ') || 'this machine' };
}

function notStaging(hostname: string): Rejected {
  return new Rejected({
    code: 'marker.not_staging',
    what: 'The shop is not marked as one in which nobody buys',
    why: 'an order is placed, and goes to the ERP as any other',
    fix: `Set magento.staging: ${hostname} in the configuration, if that is a staging shop; a shop with customers has none`,
  });
}

function otherShop(staging: string, hostname: string): Rejected {
  return new Rejected({
    code: 'marker.other_shop',
    what: `magento.staging names ${staging}, and magento.url is of ${hostname}`,
    why: 'the configuration is of another shop than its environment, and customers may buy in that',
    fix: 'Run it with the environment of the staging shop; magento.staging is its host name, without port',
  });
}
