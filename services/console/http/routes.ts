import express from 'express';
import type { Express, Request, Response } from 'express';
import { join } from 'node:path';
import type { GoLiveReport } from '../../operations/report/go-live.ts';
import { Rejected } from '../../platform/errors.ts';
import type { Access } from '../access/access.ts';
import type { ActContext } from '../acts.ts';
import type { StockAt } from '../../operations/story/stock-at.ts';
import type { ConsoleState } from '../state/console-state.ts';
import type { historyOf, Status } from '../status.ts';
import type { ShownStory } from '../stories.ts';
import { actRoutes, busy, refuse } from './act-routes.ts';
import type { LiveFeed } from './live-feed.ts';
import { pageOf } from './texts.ts';

export interface ConsoleRoutes {
  access: Access;
  status: () => Status;
  /** Null while too many are being told. `source`: who asks, and from where. */
  story: (text: string, source: string) => Promise<ShownStory | null>;
  /** What was believed of the stock of a SKU at a time; null while others are told. @throws Rejected for what is no time */
  stockAt: (sku: string, at: string, source: string) => Promise<StockAt[] | null>;
  feed: LiveFeed;
  history: () => ReturnType<typeof historyOf>;
  state: Pick<ConsoleState, 'parked' | 'differences' | 'acts' | 'controls'>;
  /** Null while another one is made. @throws Rejected for what is no time of the last seven days */
  goLive: (since: string) => Promise<GoLiveReport | null>;
  acts: ActContext;
}

/**
 * Stricter than what every process sends: nothing inline, nothing from elsewhere, and (trusted types) no way for the
 * page's own script to make HTML out of text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const pageFolder = join(import.meta.dirname, '../page');
const maxKeyCharacters = 200;

/**
 * - `GET /`             the page, from `page/`
 * - `GET /api/status`   `Status`
 * - `GET /api/events`   server-sent events `status`, each a whole `Status`
 * - `GET /api/history`  what the charts are drawn from: `historyOf`
 * - `GET /api/story?key=TEXT`  `ShownStory` of an order by one of its numbers, or of a SKU; 503: too many at once
 * - `GET /api/stock-at?sku=SKU&at=TIME`  as `cartage explain sku SKU --at TIME --json`; 503: too many at once
 * - `GET /api/parked?cause=CODE`  the newest 200, of a cause or of all, as `cartage parked list --json`
 * - `GET /api/differences?kind=NAME&cause=CODE`  as `cartage differences list --json`, at most `limit` of them
 * - `GET /api/controls`, `/api/audit`  as `cartage controls --json` and `cartage audit --json`
 * - `GET /api/go-live?since=TIME`  as `cartage report go-live --json`; 503: another one is made
 * - `GET /api/user`  `{ user, role, mayLogOut }`: who is logged in, what they may do, and whether it was here
 * - what operators do: `act-routes.ts`
 */
export function consoleRoutes(app: Express, routes: ConsoleRoutes): void {
  const { access, status, feed, history } = routes;
  access.guard(app);
  app.get('/api/status', (_request, response) => {
    response.json(status());
  });
  app.get('/api/events', (request, response) => {
    feed.serve(response, sourceOf(access, request), () => access.visitorOf(request) !== null);
  });
  app.get('/api/history', (_request, response) => {
    response.json(history());
  });
  app.get('/api/user', (request, response) => {
    response.json({ ...access.visitorOf(request), mayLogOut: access.hasSession(request) });
  });
  listRoutes(app, routes);
  askedRoutes(app, routes);
  actRoutes(app, access, routes.acts);
  const page = pageOf('index.html');
  app.get('/', (_request, response) => {
    response.set('content-security-policy', contentSecurityPolicy).type('html').send(page);
  });
  app.use(
    express.static(pageFolder, {
      index: false,
      setHeaders: (response) => void response.setHeader('content-security-policy', contentSecurityPolicy),
      cacheControl: false,
      etag: false,
      lastModified: false,
    }),
  );
}

/** From what is kept here. */
function listRoutes(app: Express, { state }: ConsoleRoutes): void {
  app.get('/api/parked', ({ query }, response) => {
    response.json(state.parked.list(textOf(query.cause) || null));
  });
  app.get('/api/differences', ({ query }, response) => {
    const names = ['kind', 'cause'].filter((name) => typeof query[name] === 'string');
    const selection = Object.fromEntries(names.map((name) => [name, textOf(query[name])]));
    const limit = Number(query.limit ?? Infinity);
    response.json(state.differences.list(selection, Number.isNaN(limit) ? 0 : limit));
  });
  app.get('/api/controls', (_request, response) => {
    response.json([...state.controls.values()]);
  });
  app.get('/api/audit', (_request, response) => {
    response.json(state.acts.list());
  });
}

/** What takes a while, of few at once. */
function askedRoutes(app: Express, { access, story, stockAt, goLive }: ConsoleRoutes): void {
  app.get(
    '/api/story',
    answering((request) => story(keyOf(request.query.key), sourceOf(access, request))),
  );
  app.get(
    '/api/stock-at',
    answering((request) => {
      const { sku, at } = request.query;
      return stockAt(keyOf(sku), textOf(at), sourceOf(access, request));
    }),
  );
  app.get(
    '/api/go-live',
    answering(({ query }) => goLive(textOf(query.since))),
  );
}

const sourceOf = (access: Access, request: Request) =>
  `${access.visitorOf(request)?.user ?? ''} ${request.socket.remoteAddress ?? ''}`;

const textOf = (given: unknown) => (typeof given === 'string' ? given : '');

/** @throws Rejected for none, and for what is too long to be one */
function keyOf(given: unknown): string {
  const key = textOf(given).trim();
  if (key !== '' && key.length <= maxKeyCharacters) return key;
  throw new Rejected({
    code: 'explain.key',
    what: `No key was asked for, or one of more than ${maxKeyCharacters} characters`,
    fix: 'Ask for the number of an order, or for a SKU',
  });
}

function answering(find: (request: Request) => Promise<object | null>) {
  return async (request: Request, response: Response): Promise<void> => {
    try {
      const found = await find(request);
      if (found === null) response.status(503).json(busy);
      else response.json(found);
    } catch (error) {
      refuse(response, error);
    }
  };
}
