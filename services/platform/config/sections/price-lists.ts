import { z } from 'zod';
import { text } from '../fields.ts';

/** In the place of a code: each price of the list says it itself. */
export const asThePriceSays = '*';

/** What the prices of a list are for the shop. */
export const priceList = z.strictObject({
  /** base: instead of the one for all websites. special: from a day to a day. tier: for a group, or from a quantity. */
  kind: z.enum(['base', 'special', 'tier', 'cost']),
  /** Website code, or `*`; left out: all websites. */
  website: text.optional(),
  /** Of tier prices: the code of the customer group, or `*`; left out: all groups. */
  group: text.optional(),
});

type PriceList = z.infer<typeof priceList>;

interface Lists {
  basePriceList: string;
  priceLists: Readonly<Record<string, PriceList>>;
}

/** Two lists must not say the price of one place; only tier prices know groups. */
export function priceListProblems({
  basePriceList,
  priceLists,
}: Lists): { path: string[]; message: string }[] {
  const problems: { path: string[]; message: string }[] = [];
  const lists: [string, PriceList][] = [[basePriceList, { kind: 'base' }], ...Object.entries(priceLists)];
  for (const [index, [name, list]] of lists.entries()) {
    const path = ['priceLists', name];
    if (list.group !== undefined && list.kind !== 'tier')
      problems.push({ path: [...path, 'group'], message: 'only tier prices are for a group' });
    const other = lists.slice(0, index).find(([, before]) => meet(before, list));
    if (other !== undefined)
      problems.push({ path, message: `${other[0]} says the same ${list.kind} prices: only one list may` });
  }
  return problems;
}

function meet(left: PriceList, right: PriceList): boolean {
  const same = (one: string | undefined, two: string | undefined) =>
    one?.toLowerCase() === two?.toLowerCase() || one === asThePriceSays || two === asThePriceSays;
  return left.kind === right.kind && same(left.website, right.website) && same(left.group, right.group);
}
