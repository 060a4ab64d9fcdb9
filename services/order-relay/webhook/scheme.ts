import type { IncomingHttpHeaders } from 'node:http';

/** Why a delivery is not believed. All but the last show in its headers: its body is never read. */
export type SignatureFault =
  'signature_missing' | 'signature_malformed' | 'timestamp_stale' | 'signature_wrong';

/** What the headers of a delivery claim; only its body can prove it. */
export interface Claim {
  /** The sender's name for the delivery, the same on every try. */
  id: string;
  isProvenBy(body: Buffer): boolean;
}

/** A way of signing deliveries: judges the headers, before anything of the body is kept. */
export type Scheme = (headers: IncomingHttpHeaders) => Claim | SignatureFault;
