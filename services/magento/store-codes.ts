/** Codes by which store views are known, by their ids. */
export type StoreCodes = Readonly<Record<string, string>>;

interface View {
  id: number;
  /** As the shop calls it now. */
  code: string;
}

interface Named<Of> {
  view: Of;
  /** That keys of its orders are made of. */
  code: string;
  isConfigured: boolean;
}

/**
 * Keys of orders are made of a view's code, and a view may be renamed: it is called as the configuration says, else as it
 * was first known, else as the shop calls it. Open are views of which one is called now as the other was known: they
 * may have been renamed, or the shop set up anew with other ids, and one's orders would be taken for the other's.
 */
export function storeViewsByCode<Of extends View>(
  views: readonly Of[],
  configured: StoreCodes,
  kept: StoreCodes,
): { known: Named<Of>[]; open: Of[] } {
  const named = views.map((view) => ({
    view,
    code: configured[view.id] ?? kept[view.id] ?? view.code,
    isConfigured: configured[view.id] !== undefined,
  }));
  const isOpen = (one: Named<Of>) =>
    !one.isConfigured && named.some((other) => other !== one && !other.isConfigured && areMixed(one, other));
  const open = named.filter(isOpen);
  return {
    known: named.filter((one) => !open.includes(one)),
    open: open.map(({ view }) => view),
  };
}

function areMixed(one: Named<View>, other: Named<View>): boolean {
  const isRenamed = one.code !== one.view.code || other.code !== other.view.code;
  return isRenamed && (one.view.code === other.code || other.view.code === one.code);
}
