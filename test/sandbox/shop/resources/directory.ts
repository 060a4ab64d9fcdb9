import { notFound } from '../rest/errors.ts';
import type { Call, Route } from '../rest/call.ts';
import type { Json } from '../rest/json.ts';
import { US_REGIONS } from './regions.ts';
import { CURRENCY } from './store-data.ts';

/** Countries and currency: anonymous, whatever the Authorization header holds (FACTS section 1). */
export const directoryRoutes: Route[] = [
  { method: 'GET', path: '/V1/directory/currency', resource: 'anonymous', handle: currency },
  { method: 'GET', path: '/V1/directory/countries/:id', resource: 'anonymous', handle: country },
];

function currency(): Json {
  return {
    base_currency_code: CURRENCY,
    base_currency_symbol: '$',
    default_display_currency_code: CURRENCY,
    default_display_currency_symbol: '$',
    available_currency_codes: [CURRENCY],
    exchange_rates: [{ currency_to: CURRENCY, rate: 1 }],
  };
}

/** The shop ships within the United States only. */
function country({ params }: Call): Json {
  if (params['id'] !== 'US') throw notFound("The country isn't available.");
  return {
    id: 'US',
    two_letter_abbreviation: 'US',
    three_letter_abbreviation: 'USA',
    full_name_locale: 'United States',
    full_name_english: 'United States',
    available_regions: US_REGIONS,
  };
}
