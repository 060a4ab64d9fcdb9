import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Networks, plainAddress } from '../../platform/networks.ts';

/**
 * Who sent a request: the address at the other end of the connection. Behind a trusted proxy what that proxy says, in
 * `X-Forwarded-For`, which each proxy extends at its end: the last address there that is no trusted proxy itself.
 * What stands before it anybody may have written.
 */
export function sourceReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const trusted = new Networks(trustedProxies);
  return (request) => {
    let source = plainAddress(request.socket.remoteAddress ?? '');
    if (trustedProxies.length === 0) return source;
    // Several lines of one header are joined by Node.
    const said = String(request.headers['x-forwarded-for'] ?? '').split(',');
    while (trusted.includes(source)) {
      const before = addressOf(said.pop() ?? '');
      if (before === null) return source;
      source = before;
    }
    return source;
  };
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOf(entry: string): string | null {
  const text = entry.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return isIP(bare) === 0 ? null : plainAddress(bare);
}
