import type { RequestListener } from 'node:http';
import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';

/** Pages by Express: `routes` adds them, all else is a 404, and no answer shows an error of ours. */
export function appOf(routes: (app: Express) => void, onError: (error: unknown) => void): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  routes(app);
  app.use((_request: Request, response: Response) => {
    response.status(404).json({ error: 'not_found' });
  });
  app.use(errorAsJson(onError));
  return app;
}

/** Errors made for the client (a body too large, bad JSON) keep their 4xx; anything else is a bare 500. */
function errorAsJson(onError: (error: unknown) => void) {
  return (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    const { status = 500, type } = (error ?? {}) as { status?: number; type?: string };
    if (status >= 500) onError(error);
    if (response.headersSent) {
      next(error);
      return;
    }
    if (status >= 400 && status < 500) response.status(status).json({ error: type ?? 'bad_request' });
    else response.status(500).json({ error: 'internal' });
  };
}
