import express from 'express';
import type { Express, Request } from 'express';
import { join } from 'node:path';
import type { Access } from '../access/access.ts';
import type { Status } from '../status.ts';
import type { ShownStory } from '../stories.ts';
import type { LiveFeed } from './live-feed.ts';

export interface ConsoleRoutes {
  access: Access;
  status: () => Status;
  /** Null while too many are being told. `source`: who asks, and from where. */
  story: (text: string, source: string) => Promise<ShownStory | null>;
  feed: LiveFeed;
  /** Asks for the key of a parked record on behalf of a person; false when there is nothing to ask for. */
  askAgain: (parkedId: string, user: string) => Promise<boolean>;
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
const maxQueryCharacters = 200;

/**
 * - `GET /`             the page, from `page/`
 * - `GET /api/status`   `Status`
 * - `GET /api/events`   server-sent events `status`, each a whole `Status`
 * - `GET /api/story?key=TEXT`  `ShownStory` of an order by one of its numbers, or of a SKU; 503: too many at once
 * - `GET /api/user`  `{ user, mayLogOut }`: who is logged in, and whether here
 * - `POST /api/refresh`  `{ id }` of a parked record: its key is read at its source again; 202
 */
export function consoleRoutes(app: Express, routes: ConsoleRoutes): void {
  const { access, status, story, feed, askAgain } = routes;
  access.guard(app);
  app.get('/api/status', (_request, response) => {
    response.json(status());
  });
  const sourceOf = (request: Request) =>
    `${access.userOf(request) ?? ''} ${request.socket.remoteAddress ?? ''}`;
  app.get('/api/events', (request, response) => {
    feed.serve(response, sourceOf(request), () => access.userOf(request) !== null);
  });
  app.get('/api/user', (request, response) => {
    response.json({ user: access.userOf(request), mayLogOut: access.hasSession(request) });
  });
  app.post('/api/refresh', express.json({ limit: '16kb' }), async (request, response) => {
    const { id } = (request.body ?? {}) as { id?: unknown };
    const user = access.userOf(request) ?? '';
    if (typeof id === 'string' && (await askAgain(id, user))) response.status(202).json({ asked: id });
    else
      response
        .status(404)
        .json({ error: 'nothing_to_ask_for', fix: 'Reload the page: it is settled, or has no key' });
  });
  app.get('/api/story', async (request, response) => {
    const { key } = request.query;
    if (typeof key !== 'string' || key.trim() === '' || key.length > maxQueryCharacters) {
      response.status(400).json({ error: 'key_missing', fix: 'Ask for /api/story?key=ORDER_NUMBER or SKU' });
      return;
    }
    const told = await story(key.trim(), sourceOf(request));
    if (told === null) response.status(503).json({ error: 'busy', fix: 'Ask again in a moment' });
    else response.json(told);
  });
  app.use(
    express.static(pageFolder, {
      setHeaders: (response) => void response.setHeader('content-security-policy', contentSecurityPolicy),
      cacheControl: false,
      etag: false,
      lastModified: false,
    }),
  );
}
