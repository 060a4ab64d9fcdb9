import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { lookup as resolve } from 'node:dns';
import { namesUser } from '../config/fields.ts';
import { Networks, plainAddress } from '../networks.ts';
import { httpsProblem } from './https.ts';

/** What a file may be fetched from. An address that came with a record must reach nothing that its author could not. */
export interface FileRules {
  /** Names of hosts, with their port where it is not the usual one. */
  hosts: readonly string[];
  /** Networks that may be called although they are not public. */
  networks: readonly string[];
  bytesMax: number;
  deadlineMs: number;
}

/** `host`, `address`, `redirect`, `size`, `missing`: will stay so. `away`: may pass. */
export type WhyNotFetched = 'host' | 'address' | 'redirect' | 'size' | 'missing' | 'away';

/** No file came, for a reason in words that quote nothing but the host. */
export class NotFetched extends Error {
  readonly reason: WhyNotFetched;
  constructor(reason: WhyNotFetched, why: string) {
    super(why);
    this.name = 'NotFetched';
    this.reason = reason;
  }
}

/** This machine, networks of one's own, cloud metadata, what leads to IPv4, and what is no host at all. */
const notPublic = new Networks(
  `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.168.0.0/16 198.18.0.0/15
   224.0.0.0/4 240.0.0.0/4 ::/128 ::1 64:ff9b::/96 100::/64 2002::/16 fc00::/7 fe80::/10 ff00::/8`.split(
    /\s+/,
  ),
);

/**
 * A file over https from one of the configured hosts. Redirects are not followed. Addresses are judged as the
 * connection is made, by what the name resolves to then: a look-up beforehand could be told something else.
 * @throws NotFetched
 */
export async function fetchFile(url: string, rules: FileRules): Promise<Buffer> {
  const { host, hostname, protocol } = parsed(url, rules);
  const networks = new Networks(rules.networks);
  const mayCall = (address: string) =>
    !notPublic.includes(plainAddress(address)) || networks.includes(plainAddress(address));
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !mayCall(bare)) throw notThere(host);
  const lookup: LookupFunction = (name, options, callback) =>
    resolve(name, { ...options, all: true }, (error, addresses) => {
      const allowed = (addresses ?? []).filter(({ address }) => mayCall(address));
      const [first] = allowed;
      if (error !== null) callback(error, '');
      else if (first === undefined) callback(notThere(host), '');
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  const { get } =
    protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');
  const signal = AbortSignal.timeout(rules.deadlineMs);
  return new Promise((settle, fail) => {
    const giveUp = (error: unknown) => {
      request.destroy();
      fail(error instanceof NotFetched ? error : new NotFetched('away', `${host} gave no whole answer`));
    };
    const headers = { 'accept-encoding': 'identity' };
    const request = get(url, { lookup, signal, agent: false, headers }, (answer) => {
      const problem = problemOf(host, answer.statusCode ?? 0);
      if (problem !== null) return giveUp(problem);
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > rules.bytesMax)
          giveUp(new NotFetched('size', `it has more than ${rules.bytesMax} bytes`));
      });
      answer.on('end', () => (answer.complete ? settle(Buffer.concat(parts)) : giveUp(null)));
      answer.on('error', giveUp);
    });
    request.on('error', giveUp);
  });
}

function parsed(url: string, rules: FileRules): URL {
  const found = URL.parse(url);
  const problem = found === null || namesUser(url) ? 'it is no plain address' : httpsProblem(url);
  if (problem !== null) throw new NotFetched('host', problem);
  if (rules.hosts.includes(found!.host)) return found!;
  throw new NotFetched('host', `${found!.host} is none of the hosts that may be called`);
}

const notThere = (host: string) =>
  new NotFetched('address', `${host} is, or resolves to, an address that is not public`);

function problemOf(host: string, status: number): NotFetched | null {
  if (status === 200) return null;
  if (status >= 300 && status < 400)
    return new NotFetched('redirect', `${host} answered ${status}: redirects are not followed`);
  if (status >= 500 || status === 429) return new NotFetched('away', `${host} answered ${status}`);
  return new NotFetched('missing', `${host} answered ${status}`);
}
