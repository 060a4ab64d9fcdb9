/** Codes by which store views or websites are known, by their ids. */
export type CodesById = Readonly<Record<string, string>>;

interface Coded {
  id: number;
  /** As the shop calls it now. */
  code: string;
}

interface Named<Of> {
  one: Of;
  /** That keys of its orders or customers are made of. */
  code: string;
  isConfigured: boolean;
}

/**
 * Keys of orders are made of the code of a store view, those of customers of that of a website, and either may be
 * renamed: it is called as the configuration says, else as it was first known, else as the shop calls it. Open are those
 * of which one is called now as the other was known: they may have been renamed, or the shop set up anew with other ids,
 * and what belongs to one would be taken for the other's.
 */
export function byKeptCode<Of extends Coded>(
  all: readonly Of[],
  configured: CodesById,
  kept: CodesById,
): { known: Named<Of>[]; open: Of[] } {
  const named = all.map((one) => ({
    one,
    code: configured[one.id] ?? kept[one.id] ?? one.code,
    isConfigured: configured[one.id] !== undefined,
  }));
  const isOpen = (first: Named<Of>) =>
    !first.isConfigured &&
    named.some((second) => second !== first && !second.isConfigured && areMixed(first, second));
  const open = named.filter(isOpen);
  return {
    known: named.filter((one) => !open.includes(one)),
    open: open.map(({ one }) => one),
  };
}

function areMixed(first: Named<Coded>, second: Named<Coded>): boolean {
  const isRenamed = first.code !== first.one.code || second.code !== second.one.code;
  return isRenamed && (first.one.code === second.code || second.one.code === first.code);
}
