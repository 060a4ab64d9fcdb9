import { readFileSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import type { Config } from '../../platform/config/schema.ts';
import { isThisMachine } from '../../platform/http/https.ts';
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

const loginPage = readFileSync(join(import.meta.dirname, '../page/login.html'), 'utf8');
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
 * Who may use the console, and who it is: by a session of the log-in page, the password as a bearer token, or the word
 * of a proxy. Everything that is added to the app after `guard` is behind it.
 */
export class Access {
  readonly #settings: AccessOptions['settings'];
  readonly #sessions: Sessions;
  readonly #attempts: Attempts;
  readonly #proxies = new BlockList();
  readonly #cookie: string;

  constructor({ instance, settings, now }: AccessOptions) {
    this.#settings = settings;
    this.#sessions = new Sessions({ instance, now, password: () => settings().password });
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
      if (openPaths.has(request.path) || this.userOf(request) !== null) next();
      else if (this.#isTooMany(request)) response.status(429).json({ error: 'too_many_tries' });
      else if (request.path === '/' && this.#settings().password !== '') response.redirect(303, '/login');
      else response.status(401).set('www-authenticate', 'Bearer').json({ error: 'not_logged_in' });
    });
  }

  /** Who asks, for the audit and for limits of each; null when nobody was recognised. */
  userOf(request: Request): string | null {
    const { password, proxy, withoutLogin } = this.#settings();
    const { remoteAddress = '' } = request.socket;
    if (proxy && isIP(remoteAddress) !== 0 && this.#proxies.check(remoteAddress, familyOf(remoteAddress))) {
      const user = request.get(proxy.userHeader)?.trim();
      if (user) return user.slice(0, userMaxCharacters);
    }
    if (password === '') return withoutLogin && !proxy ? 'without log-in' : null;
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return this.#isRight(request, bearer) ? 'bearer token' : null;
    return this.#sessionUserOf(request);
  }

  /** Whether there is something to log out of. */
  hasSession(request: Request): boolean {
    return this.#sessionUserOf(request) !== null;
  }

  #sessionUserOf(request: Request): string | null {
    const cookie = cookieOf(request, this.#nameFor(request));
    return cookie === null ? null : this.#sessions.userOf(cookie);
  }

  #logIn(request: Request, response: Response): void {
    const { user, password } = (request.body ?? {}) as Record<string, unknown>;
    const name = typeof user === 'string' ? user.trim().slice(0, userMaxCharacters) : '';
    if (this.#isTooMany(request))
      return showLogin(response, 429, 'Too many tries. Wait a minute, then try again.');
    if (typeof password !== 'string' || name === '' || !this.#isRight(request, password))
      return showLogin(response, 401, 'This is not the password, or the name is missing.');
    response
      .cookie(this.#nameFor(request), this.#sessions.open(name), this.#cookieOptions(request))
      .redirect(303, '/');
  }

  #isTooMany(request: Request): boolean {
    return this.#attempts.isTooMany(request.socket.remoteAddress ?? '');
  }

  #isRight(request: Request, password: string): boolean {
    if (this.#isTooMany(request)) return false;
    if (this.#sessions.isPassword(password)) return true;
    this.#attempts.failed(request.socket.remoteAddress ?? '');
    return false;
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
