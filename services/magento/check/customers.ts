import { fail, ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Magento } from '../magento.ts';

/** Codes that the configuration maps. */
export interface ExpectedOfCustomers {
  websiteCodes: readonly string[];
  groupCodes: readonly string[];
}

/** Of every guest, and of no customer. */
const notLoggedIn = 0;
const adminWebsite = 0;

/** Whether the mapped websites and groups are there, and which of the shop's are not mapped: their customers are held. */
export async function checkCustomers(
  { store, customers }: Pick<Magento, 'store' | 'customers'>,
  { websiteCodes, groupCodes }: ExpectedOfCustomers,
): Promise<Finding[]> {
  const websites = (await store.customerWebsites()).filter(({ id }) => id !== adminWebsite);
  const groups = (await customers.groups()).filter(({ id }) => id !== notLoggedIn);
  const findings = [
    ...compared('website', 'customers.websites', websiteCodes, websites),
    ...compared('customer group', 'customers.groups', groupCodes, groups),
  ];
  return findings.length > 0
    ? findings
    : [ok('magento.customers', `all ${websites.length} websites and ${groups.length} groups are mapped`)];
}

function compared(
  what: string,
  field: string,
  mapped: readonly string[],
  known: readonly { code: string }[],
): Finding[] {
  const codes = known.map(({ code }) => code);
  const misspelt = mapped.filter((code) => !codes.includes(code));
  const missing = codes.filter((code) => !mapped.includes(code));
  return [
    ...misspelt.map((code) =>
      fail(
        'magento.customer_code',
        `The configuration names the ${what} "${code}"; the shop has ${codes.join(', ')}`,
        'It maps nothing',
        `Correct ${field}`,
      ),
    ),
    ...missing.map((code) =>
      warn(
        'magento.customer_code_unmapped',
        `The ${what} "${code}" of the shop is not mapped`,
        'Its customers would be held',
        `Add it under ${field}`,
      ),
    ),
  ];
}
