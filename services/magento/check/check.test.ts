/** Real: the checks of a shop, down to the socket. Double: the shop, in which all is well until a test says otherwise. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AnsweringShop, broken, noRoute, noScope, rowsOf } from '../testing/answering-shop.ts';
import { checkIntegration, checkMagento } from './check.ts';
import type { ExpectedOfShop, Finding } from './check.ts';
import { unneeded } from './excess.ts';
import { rights } from './rights.ts';

let shop: AnsweringShop;
beforeEach(async () => {
  shop = new AnsweringShop();
  await shop.listen();
});
afterEach(() => shop.close());

const check = (expected: ExpectedOfShop = {}, options: object = {}) =>
  checkMagento({ ...shop.options, ...options }, expected);
const wrong = (findings: Finding[]) =>
  findings.filter(({ level }) => level !== 'ok').map(({ level, code, what }) => [level, code, what]);
const whatOf = (findings: Finding[], code: string) => findings.find((one) => one.code === code)?.what;
const source = (source_code: string, enabled = true) => ({ source_code, name: source_code, enabled });

describe('a shop in which all is well', () => {
  it('is said to be so, point by point', async () => {
    shop.answers.set('GET inventory/sources', rowsOf(source('main')));
    shop.answers.set(
      'GET inventory/stock-source-links',
      rowsOf({ stock_id: 1, source_code: 'main', priority: 1 }),
    );
    const findings = await check({ storeCodes: ['default'], storeIds: ['1'], sourceCodes: ['main'] });
    expect(findings.map(({ level, code }) => `${level} ${code}`)).toEqual(
      ['access', 'version', 'resources', 'scope_excess', 'clock', 'stores', 'sources', 'odd_sku_path'].map(
        (name) => `ok magento.${name}`,
      ),
    );
    const probes = rights.flatMap((right) => right.probes);
    expect(whatOf(findings, 'magento.resources')).toBe(`all ${probes.length} kinds of call are allowed`);
    expect(whatOf(findings, 'magento.version')).toBe('Magento/2.4 (Community)');
    expect(whatOf(findings, 'magento.clock')).toBe('the clocks are 1 s apart');
    const unused = unneeded.filter(({ onlyFor }) => onlyFor === undefined);
    expect(whatOf(findings, 'magento.scope_excess')).toBe(
      `none of ${unused.length} rights that are not needed is given`,
    );
    expect(shop.calls.filter((call) => call.startsWith('GET /'))).toEqual(['GET /magento_version']);
  });

  it('is asked for what the configuration names, and for nothing else', async () => {
    await check();
    expect(shop.calls.filter((call) => /websites|storeConfigs|taxClasses/.test(call))).toEqual([]);
    const expected: ExpectedOfShop = {
      websites: { websiteCodes: ['base'], baseCurrency: 'EUR' },
      orders: { paymentMethods: [], shippingMethods: [] },
      catalog: { attributeSet: 'Default', taxClasses: [], attributeCodes: [], createOptions: false },
      carriers: [],
      customers: { websiteCodes: ['base'], groupCodes: [] },
    };
    const codes = (await check(expected)).map(({ code }) => code);
    expect(codes).toEqual(
      expect.arrayContaining(
        ['websites', 'order_codes', 'attribute_set_unknown', 'carriers', 'customers'].map(
          (name) => `magento.${name}`,
        ),
      ),
    );
  });
});

describe('access', () => {
  it('is refused without https, before anything is sent', async () => {
    const findings = await check({}, { baseUrl: 'http://shop.example.com/' });
    expect(wrong(findings)).toMatchObject([
      ['fail', 'magento.https', expect.stringContaining('is not https')],
    ]);
    expect(findings[0]).toMatchObject({
      why: 'Credentials and orders must not cross a network in clear',
      fix: 'Correct magento.url',
    });
    expect(shop.calls).toEqual([]);
  });

  it.each([
    ['port', () => 'http://127.0.0.1/'],
    ['scheme', () => shop.url.replace('http:', 'https:')],
    ['scheme and the port', () => 'https://127.0.0.1/'],
  ])('tells the address to sign where something in front has changed the %s', async (_what, seenAs) => {
    shop.seenAs = seenAs();
    const findings = await check();
    expect(findings).toMatchObject([
      { level: 'fail', code: 'magento.signing_url', fix: `Set magento.signingUrl: ${seenAs()}` },
    ]);
    expect((await check({}, { signingUrl: seenAs() })).every(({ level }) => level === 'ok')).toBe(true);
  });

  it('says that the signature is invalid where no usual address explains it, and asks nothing more', async () => {
    shop.seenAs = 'http://other.example.com/';
    expect(wrong(await check())).toMatchObject([['fail', 'magento.signature_invalid', expect.any(String)]]);
    expect(new Set(shop.calls)).toEqual(new Set(['GET store/storeViews']));
    shop.calls.length = 0;
    await check({}, { signingUrl: 'http://127.0.0.1/' });
    // Once as configured, and as the other three that are usual.
    expect(shop.calls).toHaveLength(4);
  });

  it('is no matter of the address where the shop says no for another reason', async () => {
    shop.answers.set('GET store/storeViews', noScope('Magento_Backend::store'));
    const findings = await check();
    expect(wrong(findings)).toMatchObject([
      ['fail', 'magento.scope_missing', expect.stringContaining("isn't authorized")],
    ]);
    expect(findings[0]!.why).toBe('Without access nothing can be read or written');
    expect(shop.calls).toHaveLength(1);
  });
});

describe('rights', () => {
  it('that are missing are named, each with its call', async () => {
    shop.answers.set('GET shipments', noScope('Magento_Sales::shipment'));
    shop.answers.set('GET creditmemos', noRoute);
    shop.answers.set('POST order/0/ship', broken);
    const findings = (await check()).filter(({ why }) => why.startsWith('Cartage calls'));
    expect(findings.map(({ code, why }) => [code, why])).toEqual([
      ['magento.scope_missing', 'Cartage calls "GET shipments"'],
      ['magento.route_missing', 'Cartage calls "GET creditmemos"'],
    ]);
  });

  it('of a shop without multi-source inventory are a matter of its modules', async () => {
    shop.answers.set('GET inventory/stocks', noRoute);
    expect(wrong(await check())).toEqual([
      ['fail', 'magento.msi_missing', 'The shop does not know "GET inventory/stocks"'],
    ]);
  });

  it('are not asked for where the configuration does without, and are too many then', async () => {
    for (const call of ['GET customers/search', 'POST orders/0/comments'])
      shop.answers.set(call, noScope('x'));
    expect(wrong(await check({ unused: ['customers', 'writeBack', 'comments'] }))).toEqual([]);
    shop.answers.set('GET customers/0', { status: 404, body: { message: 'No such entity with * = *' } });
    shop.answers.set('GET cmsPage/0', rowsOf());
    expect(wrong(await check({ unused: ['customers', 'writeBack', 'comments'] }))).toEqual([
      [
        'warn',
        'magento.scope_excess',
        'The integration may also read customers (Magento_Customer::customer), change pages (Magento_Cms::page)',
      ],
    ]);
    shop.answers.delete('GET cmsPage/0');
    expect(wrong(await check({ unused: ['writeBack', 'comments'] })).map(([, code]) => code)).toEqual([
      'magento.scope_missing',
    ]);
  });

  it('keep nothing else back: what cannot be read is passed over', async () => {
    shop.answers.set('GET inventory/sources', noScope('Magento_InventoryApi::source'));
    shop.answers.set('GET products', broken);
    shop.answers.set('GET inventory/is-product-salable/cartage/check 50%/1', broken);
    const findings = await check();
    expect(wrong(findings).map(([, code]) => code)).toEqual(['magento.scope_missing']);
    expect(findings.map(({ code }) => code)).toEqual(
      ['access', 'version', 'scope_missing', 'scope_excess', 'clock', 'stores'].map(
        (name) => `magento.${name}`,
      ),
    );
  });

  it('are all that is asked of the credentials that come next', async () => {
    const codes = async () => (await checkIntegration(shop.options, ['customers'])).map(({ code }) => code);
    expect(await codes()).toEqual(['magento.access', 'magento.resources', 'magento.scope_excess']);
    expect(shop.calls).not.toContain('GET customers/search');
    expect(shop.calls).toContain('GET customers/0');
    shop.answers.set('GET store/storeViews', noScope('Magento_Backend::store'));
    expect(await codes()).toEqual(['magento.scope_missing']);
  });
});

describe('the shop itself', () => {
  it('is of a version that was tried, or does not tell', async () => {
    shop.answers.set('GET /magento_version', {
      status: 200,
      body: 'Magento/2.3 (Community)',
      type: 'text/html',
    });
    expect(wrong(await check())).toEqual([
      ['warn', 'magento.version', 'The shop is Magento/2.3 (Community)'],
    ]);
    shop.answers.set('GET /magento_version', { status: 404, body: '', type: 'text/html' });
    expect(whatOf(await check(), 'magento.version')).toBe('the shop does not tell its version');
  });

  it.each([
    [29_000, null],
    [-30_000, null],
    [30_000, ['warn', 'magento.clock', 'The clock of the shop is 31 s ahead of ours']],
    [-31_000, ['warn', 'magento.clock', 'The clock of the shop is 31 s behind ours']],
    [299_000, ['warn', 'magento.clock', 'The clock of the shop is 300 s ahead of ours']],
    [300_000, ['fail', 'magento.clock', 'The clock of the shop is 301 s ahead of ours']],
  ])('has a clock that is off by %d ms: %j', async (skewMs, expected) => {
    shop.nowMs += skewMs;
    expect(wrong(await check())).toEqual(expected === null ? [] : [expected]);
  });

  it('has the store views that the configuration names', async () => {
    const findings = await check({ storeCodes: ['default', 'de'], storeIds: ['1', '77'] });
    expect(wrong(findings)).toEqual([
      [
        'fail',
        'magento.store_unknown',
        'The configuration names the store view "de"; the shop has admin, default',
      ],
      ['fail', 'magento.store_id_unknown', 'magento.storeCodes names the store view 77; the shop has 0, 1'],
    ]);
    expect(whatOf(await check(), 'magento.stores')).toBe('the shop has 2 store views');
  });

  it('has the one that it calls otherwise now, but for one whose old code another view has', async () => {
    const expected = { storeCodes: ['old'], storeIds: ['1'] };
    expect(wrong(await check(expected, { keptCodes: () => ({ 1: 'old' }) }))).toEqual([]);
    const view = (id: number, code: string) => ({ id, code, website_id: 1, store_group_id: 1 });
    shop.answers.set('GET store/storeViews', [view(1, 'new'), view(5, 'old'), view(6, 'other')]);
    expect(wrong(await check({ storeIds: ['1'] }, { keptCodes: () => ({ 1: 'old' }) }))).toEqual(
      ['1 is called "new"', '5 is called "old"'].map((which) => [
        'fail',
        'magento.store_open',
        `The store view ${which} now, and was not always: another view had that code, or has the one of this`,
      ]),
    );
  });

  it('has the sources that the configuration names, enabled, and of a stock', async () => {
    shop.answers.set(
      'GET inventory/sources',
      rowsOf(source('main'), source('off', false), source('nowhere')),
    );
    shop.answers.set(
      'GET inventory/stock-source-links',
      rowsOf({ stock_id: 1, source_code: 'main', priority: 1 }),
    );
    expect(wrong(await check({ sourceCodes: ['main', 'off', 'nowhere', 'north'] }))).toEqual([
      ['warn', 'magento.source', 'The source "off" is disabled'],
      ['warn', 'magento.source', 'The source "nowhere" belongs to no stock'],
      [
        'fail',
        'magento.source',
        'The configuration names the source "north"; the shop has main, off, nowhere',
      ],
    ]);
    expect(whatOf(await check(), 'magento.sources')).toBe('the shop has 3 sources');
  });

  it('has one price for all websites where the price lists do', async () => {
    const prices = { websites: [], groups: [], anyWebsite: false };
    shop.answers.set('GET products/attributes/price', { scope: 'global' });
    expect(whatOf(await check({ prices }), 'magento.price_scope')).toBe('the shop has price scope "global"');
    shop.answers.set('GET products/attributes/price', { scope: 'website' });
    expect(wrong(await check({ prices }))).toEqual([
      [
        'warn',
        'magento.price_scope',
        'The shop has price scope "website", the price lists are for all websites',
      ],
    ]);
  });

  it('keeps prices by website where the price lists do, and has their websites and groups', async () => {
    shop.answers.set('GET products/attributes/price', { scope: 'global' });
    const group = (id: number, code: string) => ({ id, code, tax_class_id: 3 });
    shop.answers.set('GET customerGroups/search', rowsOf(group(0, 'NOT LOGGED IN'), group(1, 'General')));
    const open = { websites: [], groups: [], anyWebsite: true };
    expect(wrong(await check({ prices: open }))).toEqual([
      [
        'fail',
        'magento.price_scope',
        'catalog.priceLists has prices for single websites, the shop has one price for all of them',
      ],
    ]);
    shop.answers.set('GET products/attributes/price', { scope: 'website' });
    expect(wrong(await check({ prices: open }))).toEqual([]);
    const misspelt = { websites: ['bas'], groups: ['general', 'Genral'], anyWebsite: false };
    expect(wrong(await check({ prices: misspelt })).map(([, code]) => code)).toEqual([
      'magento.price_website',
      'magento.price_group',
    ]);
  });

  it.each([
    ['a page of the web server', { status: 404, body: 'Not Found', type: 'text/html' }],
    ['another route', noRoute],
    [
      'a signature over another path',
      { status: 401, body: { message: 'The signature is invalid. Verify and try again.' } },
    ],
  ])(
    'is reached by a way that leaves odd SKUs as they are: not by one that answers with %s',
    async (_what, said) => {
      shop.answers.set('GET inventory/is-product-salable/cartage/check 50%/1', said);
      expect(wrong(await check()).map(([level, code]) => [level, code])).toEqual([
        ['warn', 'magento.odd_sku_path'],
      ]);
    },
  );
});
