/** What is sold through others has no price of its own: it need not wait for one. */
const kindsWithoutPrice = new Set(['configurable', 'grouped']);

/** @param isOwn whether a bundle has a price of its own */
export const hasPrice = (kind: string, isOwn: boolean): boolean =>
  kind === 'bundle' ? isOwn : !kindsWithoutPrice.has(kind);
