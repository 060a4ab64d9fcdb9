import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import type { Environment } from './secrets.ts';

/** How long a replaced authority may go unnoticed. */
const lookEveryMs = 5_000;

/**
 * The certificate authorities of NODE_EXTRA_CA_CERTS, which Node reads only once: a private authority that is
 * replaced while a process runs is trusted by every connection made from then on, whatever makes it. The one that
 * was taken out of the file is not trusted any longer.
 */
export class CertificateAuthorities {
  readonly #file: string;
  #text: string;
  /** All but those of the file. Looked up when they are first needed: most files never change. */
  #others: string[] | null = null;

  /** @throws when the file cannot be read. */
  constructor(file: string) {
    this.#file = file;
    this.#text = readFileSync(file, 'utf8');
  }

  /** Looks at the file again. @throws when it is no good; what was trusted stays trusted. */
  follow(): void {
    const text = readFileSync(this.#file, 'utf8');
    if (text === this.#text) return;
    const own = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
    if (own === null) throw new Error(`NODE_EXTRA_CA_CERTS names ${this.#file}, which holds no certificate`);
    const atStart = new Set(tls.getCACertificates('extra'));
    this.#others ??= tls.getCACertificates('default').filter((one) => !atStart.has(one));
    tls.setDefaultCACertificates([...this.#others, ...own]);
    this.#text = text;
  }
}

/** Follows the file for as long as the process runs; does nothing where there is none. */
export function followAuthorities(
  onProblem: (error: unknown) => void,
  { NODE_EXTRA_CA_CERTS: file }: Environment = process.env,
): void {
  if (!file) return;
  const authorities = new CertificateAuthorities(file);
  const look = () => {
    try {
      authorities.follow();
    } catch (error) {
      onProblem(error);
    }
  };
  setInterval(look, lookEveryMs).unref();
}
