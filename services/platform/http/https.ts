import { isIP } from 'node:net';

/**
 * The rule R14: https is required unless the host is loopback or it was switched off by name.
 * @returns what is wrong and what to do, or null when the URL may be called.
 */
export function httpsProblem(url: string, options: { allowHttp?: boolean } = {}): string | null {
  const parsed = URL.parse(url);
  if (!parsed) return `"${url}" is no URL. Write it with scheme and host, such as https://shop.example.com/.`;
  if (parsed.protocol === 'https:') return null;
  if (parsed.protocol !== 'http:') return `"${url}" is neither https nor http. Write an https URL.`;
  if (options.allowHttp === true || isLoopback(parsed.hostname)) return null;
  return (
    `"${url}" is not https, so credentials and orders would cross the network in clear. ` +
    'Use https, or set allowHttp: true where the network itself is protected.'
  );
}

/** Loopback by its literal: a name that merely resolves to loopback today may resolve elsewhere tomorrow. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === '::1';
}
