import { z } from 'zod';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { fail, ok } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import { checkAccess, checkResources } from './access.ts';
import { checkCatalogCodes } from './catalog-codes.ts';
import type { ExpectedOfCatalog } from './catalog-codes.ts';
import { checkCarriers } from './carriers.ts';
import { checkCustomers } from './customers.ts';
import type { ExpectedOfCustomers } from './customers.ts';
import { checkOrderCodes } from './order-codes.ts';
import type { ExpectedOfOrders } from './order-codes.ts';
import { checkExcess } from './excess.ts';
import type { Optional } from './rights.ts';
import { checkPriceGroups, checkPriceScope } from './prices.ts';
import type { ExpectedOfPrices } from './prices.ts';
import { checkWebsites } from './websites.ts';
import type { ExpectedOfWebsites } from './websites.ts';
import { createMagento } from '../magento.ts';
import type { Magento, MagentoOptions } from '../magento.ts';

export type { Finding } from '../../platform/finding.ts';

/** What the configuration names and the shop must have. */
export interface ExpectedOfShop {
  storeCodes?: readonly string[];
  /** Ids of store views whose codes are kept (magento.storeCodes). */
  storeIds?: readonly string[];
  sourceCodes?: readonly string[];
  /** What the price lists are for. */
  prices?: ExpectedOfPrices;
  websites?: ExpectedOfWebsites;
  catalog?: ExpectedOfCatalog;
  /** Magento's codes of carriers. */
  carriers?: readonly string[];
  orders?: ExpectedOfOrders;
  customers?: ExpectedOfCustomers;
  /** What it does without: what that alone would need is not asked for. */
  unused?: readonly Optional[];
}

/** Beyond this the reader's windows and the operator's eyes go wrong; at 600 s Magento refuses every signature. */
const skewWarnMs = 30_000;
const skewFailMs = 300_000;

/** What a changed path looks like: a page, another route, or a signature over something else. */
const spoiltPathCodes = new Set(['magento.not_rest', 'magento.route_missing', 'magento.signature_invalid']);

/** Looks at a shop as `cartage check` reports it. Writes nothing; every finding says what to do. */
export async function checkMagento(options: MagentoOptions, expected: ExpectedOfShop): Promise<Finding[]> {
  const access = await checkAccess(options);
  if (access.some(({ level }) => level === 'fail')) return access;
  const magento = createMagento(options);
  try {
    const rights = await checkRights(magento, expected.unused);
    const findings = [...access, await checkVersion(magento), ...rights];
    const checks = [
      () => checkClock(magento),
      () => checkStores(magento, expected),
      () => checkSources(magento, expected),
      ...(expected.websites ? [() => checkWebsites(magento.store, expected.websites!)] : []),
      ...(expected.orders ? [() => checkOrderCodes(magento.rest, expected.orders!)] : []),
      ...(expected.catalog ? [() => checkCatalogCodes(magento.attributes, expected.catalog!)] : []),
      ...(expected.carriers ? [() => checkCarriers(magento.rest, expected.carriers!)] : []),
      ...(expected.customers ? [() => checkCustomers(magento, expected.customers!)] : []),
      ...(expected.prices
        ? [
            () => checkPriceScope(magento, expected.prices!),
            () => checkPriceGroups(magento, expected.prices!),
          ]
        : []),
      () => checkOddPath(magento),
    ];
    for (const check of checks) findings.push(...(await unlessRefused(check)));
    return findings;
  } finally {
    await magento.close();
  }
}

/** A set of credentials alone: whether the shop takes it, and what it may do. */
export async function checkIntegration(
  options: MagentoOptions,
  unused: readonly Optional[],
): Promise<Finding[]> {
  const access = await checkAccess(options);
  if (access.some(({ level }) => level === 'fail')) return access;
  const magento = createMagento(options);
  try {
    return [...access, ...(await checkRights(magento, unused))];
  } finally {
    await magento.close();
  }
}

async function checkRights(magento: Magento, unused: readonly Optional[] = []): Promise<Finding[]> {
  return [...(await checkResources(magento, unused)), await checkExcess(magento, unused)];
}

/** What may not be read was named by `checkResources` already; it is no reason to keep the rest back. */
async function unlessRefused(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Unavailable || error instanceof Rejected) return [];
    throw error;
  }
}

async function checkVersion(magento: Magento): Promise<Finding> {
  const version = await magento.store.version();
  if (version !== null && !version.startsWith('Magento/2.4')) {
    const why = 'Cartage is written and tried against Magento 2.4';
    return {
      level: 'warn',
      code: 'magento.version',
      what: `The shop is ${version}`,
      why,
      fix: 'Upgrade, or try each flow',
    };
  }
  return ok('magento.version', version ?? 'the shop does not tell its version');
}

async function checkClock(magento: Magento): Promise<Finding[]> {
  const { skewMs } = await magento.serverTime();
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) < skewWarnMs) return [ok('magento.clock', `the clocks are ${seconds} s apart`)];
  const side = skewMs < 0 ? 'behind' : 'ahead of';
  return [
    {
      level: Math.abs(skewMs) < skewFailMs ? 'warn' : 'fail',
      code: 'magento.clock',
      what: `The clock of the shop is ${seconds} s ${side} ours`,
      why: 'Magento refuses signatures of more than 600 s in its future, and latencies are measured wrongly',
      fix: 'Let both hosts follow a time server',
    },
  ];
}

async function checkStores(
  magento: Magento,
  { storeCodes = [], storeIds = [] }: ExpectedOfShop,
): Promise<Finding[]> {
  const views = await magento.store.views();
  const known = views.map(({ code }) => code);
  const open = await magento.store.openViews();
  const ids = [...views, ...open].map(({ id }) => String(id));
  const findings = [
    ...open.map(({ id, code }) =>
      fail(
        'magento.store_open',
        `The store view ${id} is called "${code}" now, and was not always: another view had that code, or has the one of this`,
        'Its orders are held: they could be booked as those of another store view',
        `Say by which code orders of each are to be known: \`magento.storeCodes: { ${id}: CODE }\`, the one in their keys so far`,
      ),
    ),
    ...storeCodes
      .filter((code) => !known.includes(code))
      .map((code) =>
        fail(
          'magento.store_unknown',
          `The configuration names the store view "${code}"; the shop has ${known.join(', ')}`,
          'Orders of a store that does not exist are never found',
          'Correct the code in the configuration; if the view was given another code in the shop, let it keep this one by magento.storeCodes, else its orders are booked again',
        ),
      ),
    ...storeIds
      .filter((id) => !ids.includes(id))
      .map((id) =>
        fail(
          'magento.store_id_unknown',
          `magento.storeCodes names the store view ${id}; the shop has ${ids.join(', ')}`,
          'A view that keeps its code for its orders must be the right one',
          'Correct the id: it is in the address of its page under Stores > All Stores',
        ),
      ),
  ];
  return findings.length > 0 ? findings : [ok('magento.stores', `the shop has ${views.length} store views`)];
}

async function checkSources(magento: Magento, { sourceCodes = [] }: ExpectedOfShop): Promise<Finding[]> {
  const sources = await magento.sources.list();
  const linked = new Set((await magento.sources.stockSourceLinks()).map(({ sourceCode }) => sourceCode));
  const findings = sourceCodes.flatMap((code): Finding[] => {
    const source = sources.find((one) => one.code === code);
    const about = {
      code: 'magento.source',
      fix: 'Correct the source map, or set the source up under Stores > Sources',
    };
    if (!source) {
      const what = `The configuration names the source "${code}"; the shop has ${sources.map((one) => one.code).join(', ')}`;
      return [{ ...about, level: 'fail', what, why: 'Magento refuses a whole batch for one unknown source' }];
    }
    if (!source.enabled) {
      const what = `The source "${code}" is disabled`;
      return [{ ...about, level: 'warn', what, why: 'Its stock cannot be sold and nothing ships from it' }];
    }
    if (linked.has(code)) return [];
    const what = `The source "${code}" belongs to no stock`;
    return [{ ...about, level: 'warn', what, why: 'No website sells what lies there' }];
  });
  return findings.length > 0 ? findings : [ok('magento.sources', `the shop has ${sources.length} sources`)];
}

/** Whether a SKU with a slash, a percent sign and a space survives the way in a path. */
async function checkOddPath(magento: Magento): Promise<Finding[]> {
  try {
    const path = ['inventory', 'is-product-salable', 'cartage/check 50%', '1'];
    await magento.rest.call({
      method: 'GET',
      path,
      shape: z.unknown(),
      route: 'GET inventory/is-product-salable',
    });
  } catch (error) {
    if (!(error instanceof Unavailable) || !spoiltPathCodes.has(error.fault.code)) throw error;
    return [
      {
        level: 'warn',
        code: 'magento.odd_sku_path',
        what: 'The way to the shop changes SKUs with a slash or a percent sign in a URL',
        why: 'Their salable quantity cannot be read; products, prices and stock go by query and body and are not concerned',
        fix: 'Let the web server pass them on unchanged (AllowEncodedSlashes NoDecode), or avoid such SKUs',
      },
    ];
  }
  return [ok('magento.odd_sku_path', 'SKUs with slash, percent sign and space arrive unchanged')];
}
