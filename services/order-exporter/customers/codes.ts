import type { Customer } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import { codesIn } from '../../wanted/orders/codes.ts';
import type { Codes } from '../../wanted/orders/codes.ts';

/** What the configuration says of the shop's codes. */
export interface CustomerCodeMaps {
  readonly websites: Readonly<Record<string, Codes>>;
  readonly groups: Readonly<Record<string, Codes>>;
}

/** The ERP's codes for one customer, as its statements see them in `$codes`. */
export interface CustomerCodes {
  website: Codes;
  group: Codes;
}

/**
 * The ERP's codes of a customer.
 * @throws Held with the line to add, when one is not mapped; Rejected when its group is gone from the shop.
 */
export function customerCodesOf(
  key: string,
  { website, group, groupId }: Pick<Customer, 'website' | 'group' | 'groupId'>,
  maps: CustomerCodeMaps,
): CustomerCodes {
  if (group === null)
    throw new Rejected({
      code: 'customer.group_unknown',
      what: `Customer ${key} is in group ${groupId}, which the shop does not have`,
      fix: 'Put the customer into a group in the shop; the change is exported',
    });
  return {
    website: codesIn(maps.websites, website, {
      code: 'customer.website_unmapped',
      what: 'Website',
      where: 'customers.websites',
    }),
    group: codesIn(maps.groups, group, {
      code: 'customer.group_unmapped',
      what: 'Customer group',
      where: 'customers.groups',
    }),
  };
}
