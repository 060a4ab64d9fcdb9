import { BlockList, isIP } from 'node:net';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Config } from '../../platform/config/schema.ts';
import { isThisMachine } from '../../platform/http/https.ts';
import { pageOf, texts } from '../http/texts.ts';
import { Attempts } from './attempts.ts';
import { hostOf, ownHostsOnly, ownPagesOnly } from './hosts.ts';
import { Sessions } from './sessions.ts';

export interface AccessOptions {
  instance: string;
  /** As it is now: the password may change. */
  settings: () => Config['console'];
  /** UTC milliseconds. */
  now: () => number;
}

type Proxy = NonNullable<Config['console']['proxy']>;

export interface Visitor {
  /** For the audit and for limits of each. */
  user: string;
  /** A viewer looks, an operator acts as well. */
  role: Role;
}

type Role = 'viewer' | 'operator';

const loginPage = pageOf('login.html');
const problemPlace = '<!-- problem -->';
const loginPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** What the page of the log-in is made of. */
const openPaths = new Set(['/login', '/console.css', '/login.css', '/favicon.svg']);
const userMaxCharacters = 60;

/**
 * Who may use the console, and who it is: by a session of the log-in page, a password as a bearer token, or the word
 * of a proxy. Everything that is added to the app after `guard` is behind it, and whatever is no question is for operators.
 */
export class Access {
  readonly #settings: AccessOptions['settings'];
  /** The password tells the role, and each signs its own sessions. */
  readonly #sessions: Readonly<Record<Role, Sessions>>;
  readonly #attempts: Attempts;
  readonly #proxies = new BlockList();
  readonly #cookie: string;

  constructor({ instance, settings, now }: AccessOptions) {
    this.#settings = settings;
    this.#sessions = {
      operator: new Sessions({ instance, now, password: () => settings().password }),
      viewer: new Sessions({
        instance: `${instance}, viewers`,
        now,
        password: () => settings().viewerPassword,
      }),
    };
    this.#attempts = new Attempts(now);
    this.#cookie = `cartage-${instance}`;
    for (const network of settings().proxy?.from ?? []) {
      const [address = '', prefix] = network.split('/');
      const family = familyOf(address);
      if (prefix === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(prefix), family);
    }
  }

  guard(app: Express): void {
    app.use(ownHostsOnly(this.#settings().hosts), ownPagesOnly);
    app.get('/login', (_request, response) => showLogin(response, 200, ''));
    app.post('/login', express.urlencoded({ extended: false, limit: '4kb' }), (request, response) =>
      this.#logIn(request, response),
    );
    app.post('/logout', (request, response) => {
      response.clearCookie(this.#nameFor(request), this.#cookieOptions(request)).redirect(303, '/login');
    });
    app.use((request: Request, response: Response, next: NextFunction) => {
      const visitor = openPaths.has(request.path) ? null : this.visitorOf(request);
      const isQuestion = ['GET', 'HEAD'].includes(request.method);
      if (openPaths.has(request.path) || (visitor && (isQuestion || visitor.role === 'operator'))) next();
      else if (visitor) response.status(403).json(onlyLooks);
      else if (this.#isTooMany(request)) response.status(429).json({ error: 'too_many_tries' });
      else if (request.path === '/' && this.#hasPasswords()) response.redirect(303, '/login');
      else response.status(401).set('www-authenticate', 'Bearer').json({ error: 'not_logged_in' });
    });
  }

  /** Who asks; null when nobody was recognised. */
  visitorOf(request: Request): Visitor | null {
    const { proxy, withoutLogin } = this.#settings();
    const { remoteAddress = '' } = request.socket;
    if (proxy && isIP(remoteAddress) !== 0 && this.#proxies.check(remoteAddress, familyOf(remoteAddress))) {
      const user = request.get(proxy.userHeader)?.trim();
      if (user) return { user: user.slice(0, userMaxCharacters), role: roleBy(request, proxy) };
    }
    if (!this.#hasPasswords())
      return withoutLogin && !proxy ? { user: 'without log-in', role: 'operator' } : null;
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) return this.#sessionOf(request);
    const role = this.#roleOf(request, bearer);
    return role && { user: 'bearer token', role };
  }

  /** Whether there is something to log out of. */
  hasSession(request: Request): boolean {
    return this.#sessionOf(request) !== null;
  }

  #hasPasswords(): boolean {
    const { password, viewerPassword } = this.#settings();
    return password !== '' || viewerPassword !== '';
  }

  #sessionOf(request: Request): Visitor | null {
    const cookie = cookieOf(request, this.#nameFor(request));
    if (cookie === null) return null;
    for (const role of roles) {
      const user = this.#sessions[role].userOf(cookie);
      if (user !== null) return { user, role };
    }
    return null;
  }

  #logIn(request: Request, response: Response): void {
    const { user, password } = (request.body ?? {}) as Record<string, unknown>;
    const name = typeof user === 'string' ? user.trim().slice(0, userMaxCharacters) : '';
    if (this.#isTooMany(request)) return showLogin(response, 429, texts['login.tooMany']!);
    const role = typeof password === 'string' && name !== '' ? this.#roleOf(request, password) : null;
    if (role === null) return showLogin(response, 401, texts['login.wrong']!);
    response
      .cookie(this.#nameFor(request), this.#sessions[role].open(name), this.#cookieOptions(request))
      .redirect(303, '/');
  }

  #isTooMany(request: Request): boolean {
    return this.#attempts.isTooMany(request.socket.remoteAddress ?? '');
  }

  /** Null for a wrong password, which is counted. */
  #roleOf(request: Request, password: string): Role | null {
    if (this.#isTooMany(request)) return null;
    const role = roles.find((one) => this.#sessions[one].isPassword(password)) ?? null;
    if (role === null) this.#attempts.failed(request.socket.remoteAddress ?? '');
    return role;
  }

  /** On this machine http will do; anywhere else a browser keeps and sends the cookie over https alone. */
  #cookieOptions(request: Request) {
    const secure = !isThisMachine(hostOf(request.headers.host) ?? '');
    return { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const;
  }

  #nameFor(request: Request): string {
    return this.#cookieOptions(request).secure ? `__Host-${this.#cookie}` : this.#cookie;
  }
}

const roles = ['operator', 'viewer'] as const;
const onlyLooks = {
  error: 'viewer',
  what: 'Who is logged in may look, not act',
  fix: 'Log in with the password of operators (console.password), or have your groups in console.proxy.operatorGroups',
};

function roleBy(request: Request, { groupsHeader, operatorGroups }: Proxy): Role {
  if (groupsHeader === undefined) return 'operator';
  const groups = (request.get(groupsHeader) ?? '').split(',').map((group) => group.trim());
  return groups.some((group) => operatorGroups.includes(group)) ? 'operator' : 'viewer';
}

function showLogin(response: Response, status: number, problem: string): void {
  const alert = problem === '' ? '' : `<p role="alert" id="problem">${problem}</p>`;
  response
    .status(status)
    // With no-referrer a browser would not say where the form comes from.
    .set({ 'content-security-policy': loginPolicy, 'referrer-policy': 'same-origin' })
    .type('html')
    .send(loginPage.replace(problemPlace, alert));
}

function cookieOf({ headers }: Request, name: string): string | null {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? null;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
