/**
 * An e-mail address as it tells people apart: one who types it with a capital or a stray space is the same. Sub-addresses
 * and dots stay: what they mean is the provider's own business.
 */
export function normalEmail(email: string): string {
  return email.normalize('NFC').replaceAll(/\s/g, '').toLowerCase();
}
