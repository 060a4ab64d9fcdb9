import type { Call, Route } from '../rest/call.ts';
import type { Json } from '../rest/json.ts';
import { CURRENCY, STORE_GROUPS, STORE_VIEWS, WEBSITES, TIME_ZONE } from './store-data.ts';
import { MODULES } from './modules.ts';

/** Store views, groups, websites and their configuration (FACTS section 2). */
export const storeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/V1/store/storeViews',
    resource: 'Magento_Backend::store',
    handle: () => [...STORE_VIEWS],
  },
  {
    method: 'GET',
    path: '/V1/store/storeGroups',
    resource: 'Magento_Backend::store',
    handle: () => [...STORE_GROUPS],
  },
  {
    method: 'GET',
    path: '/V1/store/websites',
    resource: 'Magento_Backend::store',
    handle: () => [...WEBSITES],
  },
  { method: 'GET', path: '/V1/store/storeConfigs', resource: 'Magento_Backend::store', handle: storeConfigs },
  { method: 'GET', path: '/V1/modules', resource: 'Magento_Backend::admin', handle: () => [...MODULES] },
];

function storeConfigs({ shop, query }: Call): Json {
  const given = query['storeCodes'];
  const codes = given === undefined ? null : Array.isArray(given) ? given : [given];
  const order = [1, 3, 2];
  return STORE_VIEWS.filter(({ id, code }) => id !== 0 && (codes === null || codes.includes(code)))
    .toSorted((left, right) => order.indexOf(left.id) - order.indexOf(right.id))
    .map((view) => ({
      id: view.id,
      code: view.code,
      website_id: view.website_id,
      locale: 'en_US',
      base_currency_code: CURRENCY,
      default_display_currency_code: CURRENCY,
      timezone: TIME_ZONE,
      weight_unit: 'lbs',
      base_url: shop.baseUrl,
      base_link_url: shop.baseUrl,
      base_static_url: `${shop.baseUrl}static/version1795420685/`,
      base_media_url: `${shop.baseUrl}media/`,
      secure_base_url: shop.baseUrl,
      secure_base_link_url: shop.baseUrl,
      secure_base_static_url: `${shop.baseUrl}static/version1795420685/`,
      secure_base_media_url: `${shop.baseUrl}media/`,
    }));
}
