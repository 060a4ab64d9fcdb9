import { shareOfShop } from '../../platform/processes.ts';
import type { Config } from '../../platform/config/schema.ts';
import { asThePriceSays } from '../../platform/config/sections/price-lists.ts';
import type { Finding } from '../../platform/finding.ts';
import { checkIntegration, checkMagento } from './check.ts';
import { checkCredentialsAge } from './credentials-age.ts';
import type { KeptCodesOf } from '../store.ts';
import type { Optional } from './rights.ts';

type ShopConfig = Pick<
  Config,
  'flows' | 'magento' | 'orders' | 'customers' | 'stock' | 'catalog' | 'fulfilments'
>;

/**
 * The shop as the configuration has it, and what would take the place of its credentials.
 * @param kept by which codes its store views and websites were first known
 */
export function checkConfiguredShop(
  config: ShopConfig,
  nowMs: number,
  keptCodes: KeptCodesOf | undefined,
): [string, Promise<Finding[]>][] {
  const access = { ...accessOf(config, config.magento.credentials), keptCodes };
  const { credentials, nextCredentials } = config.magento;
  const withAge = async (findings: Promise<Finding[]>, { issuedOn }: typeof credentials) => [
    ...(await findings),
    checkCredentialsAge(issuedOn, nowMs),
  ];
  return [
    ['Magento', withAge(checkMagento(access, expectedOf(config)), credentials)],
    ...(nextCredentials
      ? [
          [
            'Magento, next credentials',
            withAge(checkIntegration(accessOf(config, nextCredentials), unusedOf(config)), nextCredentials),
          ] satisfies [string, Promise<Finding[]>],
        ]
      : []),
  ];
}

function accessOf({ magento }: ShopConfig, credentials: Config['magento']['credentials']) {
  return {
    baseUrl: magento.url,
    ...(magento.signingUrl ? { signingUrl: magento.signingUrl } : {}),
    credentials: () => credentials,
    storeCodes: magento.storeCodes,
    websiteCodes: magento.websiteCodes,
    connections: shareOfShop(magento.callsAtOnce),
    deadlineMs: magento.deadlineMs,
    allowHttp: magento.allowHttp,
  };
}

function unusedOf({ flows, orders, fulfilments }: ShopConfig): Optional[] {
  const { refund, refundOtherwise } = fulfilments.creditMemos;
  const paysBack = [refundOtherwise, ...Object.values(refund)].includes('offline');
  return [
    ...(flows.customers === 'off' ? ['customers' as const] : []),
    ...(flows.catalog === 'off' ? ['catalog' as const] : []),
    ...(orders.writeBack === 'off' ? ['writeBack' as const] : []),
    ...(orders.writeBack === 'off' && flows.shipments === 'off' ? ['comments' as const] : []),
    ...(flows.shipments === 'off' || !paysBack ? ['refunds' as const] : []),
    ...(flows.shipments === 'off' || fulfilments.cancellations === 'off' ? ['cancellations' as const] : []),
  ];
}

function expectedOf(config: ShopConfig) {
  const { flows, orders, customers, stock, catalog, fulfilments } = config;
  const { websites, groups } = customers;
  return {
    unused: unusedOf(config),
    ...(flows.customers === 'off'
      ? {}
      : { customers: { websiteCodes: Object.keys(websites), groupCodes: Object.keys(groups) } }),
    storeCodes: Object.keys(orders.stores),
    storeIds: Object.keys(config.magento.storeCodes),
    orders: {
      paymentMethods: Object.keys(orders.payments),
      shippingMethods: Object.keys(orders.shipping),
      taxRates: orders.taxes && Object.keys(orders.taxes),
      statuses: orders.statuses && Object.keys(orders.statuses),
    },
    sourceCodes: Object.values(stock.sources),
    prices: pricesOf(catalog),
    ...(flows.catalog === 'off'
      ? {}
      : {
          catalog: {
            attributeSet: catalog.attributeSet,
            taxClasses: Object.values(catalog.taxClasses),
            attributeCodes: Object.values(catalog.attributes),
            createOptions: catalog.createOptions,
          },
        }),
    ...(flows.shipments === 'off'
      ? {}
      : { carriers: Object.values(fulfilments.carriers).map(({ code }) => code) }),
    websites: {
      websiteCodes: catalog.websites,
      baseCurrency: catalog.baseCurrency,
      ownPrices: Object.values(catalog.priceLists).flatMap(({ kind, website }) =>
        kind === 'base' && website !== undefined ? [website] : [],
      ),
    },
  };
}

function pricesOf({ priceLists }: ShopConfig['catalog']) {
  const lists = Object.values(priceLists);
  const named = (codes: readonly (string | undefined)[]) =>
    [...new Set(codes)].filter((code) => code !== undefined).filter((code) => code !== asThePriceSays);
  return {
    websites: named(lists.map(({ website }) => website)),
    groups: named(lists.map(({ group }) => group)),
    anyWebsite: lists.some(({ website }) => website === asThePriceSays),
  };
}
