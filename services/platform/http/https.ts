import { BlockList, isIP } from 'node:net';

/**
 * https is required unless the host is this machine or it was switched off by name.
 * @returns what is wrong and what to do, or null when the URL may be called.
 */
export function httpsProblem(url: string, options: { allowHttp?: boolean } = {}): string | null {
  const parsed = URL.parse(url);
  if (!parsed)
    return 'The address is no URL. Write it with scheme and host, such as https://shop.example.com/.';
  // Not the whole of it: what stands before the host may be a password.
  const where = `"${parsed.protocol}//${parsed.host}"`;
  if (parsed.protocol === 'https:') return null;
  if (parsed.protocol !== 'http:') return `${where} is neither https nor http. Write an https URL.`;
  if (options.allowHttp === true || isThisMachine(parsed.hostname)) return null;
  return (
    `${where} is not https, so credentials and orders would cross the network in clear. ` +
    'Use https, or set allowHttp: true where the network itself is protected.'
  );
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * A loopback address in any of its spellings (127.1, ::ffff:127.0.0.1), or `localhost` itself. No other name: one that
 * resolves to loopback today may resolve elsewhere tomorrow, and resolvers ask the network for x.localhost too.
 */
export function isThisMachine(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare.toLowerCase() === 'localhost') return true;
  if (isIP(bare) === 6) return loopback.check(bare, 'ipv6');
  // As connecting would read it: 127.1 and 0x7f000001 are 127.0.0.1.
  const canonical = URL.parse(`http://${bare}/`)?.hostname ?? '';
  return isIP(canonical) === 4 && loopback.check(canonical, 'ipv4');
}
