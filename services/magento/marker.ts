/**
 * The comment by which what an ERP document has led to is found again in the shop (promise 2): on a shipment, which a
 * second call would make twice (FACTS section 4), and on an order, whose number in the ERP it tells. Not shown to the customer.
 */
export function markerOf(instance: string, kind: 'document' | 'order', number: string): string {
  return `ERP ${kind} ${number} [cartage:${instance}]`;
}

/** Whether it is a marker of this instance at all. */
export const isAnyMarker = (comment: string | null, instance: string): boolean =>
  comment?.trim().endsWith(`[cartage:${instance}]`) ?? false;

/** As it stands in the shop, whose people may have edited around it. */
export const isMarker = (comment: string | null, marker: string): boolean => isSameText(comment, marker);

/** Beyond the first 65,536 characters of Unicode: most shops' databases keep each as `????` (FACTS section 7). */
const fourByte = /[\u{10000}-\u{10FFFF}]/gu;

/** Whether a text of the shop is the one that was sent to it. */
export function isSameText(kept: string | null, sent: string): boolean {
  const asKept = (text: string) => text.trim().replaceAll(fourByte, '????');
  return kept !== null && asKept(kept) === asKept(sent);
}
