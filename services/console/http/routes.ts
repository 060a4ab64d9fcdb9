import express from 'express';
import type { Express } from 'express';
import { join } from 'node:path';
import type { OutcomeView } from '../state/outcome-view.ts';
import type { Status } from '../status.ts';
import type { LiveFeed } from './live-feed.ts';

export interface ConsoleRoutes {
  status: () => Status;
  story: (text: string) => OutcomeView[];
  feed: LiveFeed;
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
 * - `GET /api/story?key=TEXT`  `{ key, outcomes: OutcomeView[] }`: keys that contain TEXT, in order of time
 */
export function consoleRoutes(app: Express, { status, story, feed }: ConsoleRoutes): void {
  app.get('/api/status', (_request, response) => {
    response.json(status());
  });
  app.get('/api/events', (request, response) => feed.serve(request, response));
  app.get('/api/story', (request, response) => {
    const { key } = request.query;
    if (typeof key !== 'string' || key.trim() === '' || key.length > maxQueryCharacters) {
      response.status(400).json({ error: 'key_missing', fix: 'Ask for /api/story?key=ORDER_NUMBER or SKU' });
      return;
    }
    response.json({ key: key.trim(), outcomes: story(key.trim()) });
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
