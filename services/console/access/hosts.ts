import type { NextFunction, Request, Response } from 'express';
import { isThisMachine } from '../../platform/http/https.ts';

/**
 * Answers only to its own names. Else a page of anybody's, whose name is made to resolve to this machine, could read
 * the console in a visitor's browser as if it were its own (DNS rebinding).
 * @param names beside those of this machine, in lower case.
 */
export function ownHostsOnly(names: readonly string[]) {
  return ({ headers }: Request, response: Response, next: NextFunction): void => {
    const host = hostOf(headers.host);
    if (host !== null && (isThisMachine(host) || names.includes(host))) next();
    else response.status(421).json({ error: 'host_unknown', fix: 'Add this name to console.hosts' });
  };
}

/** Without its port, as a browser reads it; null when it is none. */
export function hostOf(header: string | undefined): string | null {
  return header === undefined ? null : (URL.parse(`http://${header}/`)?.hostname ?? null);
}

/**
 * What changes something comes from the console's own page: browsers say where a request comes from. A request that
 * brings its password along was made by a program, and no other page can make a browser do it.
 */
export function ownPagesOnly({ method, headers }: Request, response: Response, next: NextFunction): void {
  const { origin, host, authorization } = headers;
  const isOwn = origin === undefined ? authorization !== undefined : URL.parse(origin)?.host === host;
  if (method === 'GET' || method === 'HEAD' || isOwn) next();
  else response.status(403).json({ error: 'foreign_page', fix: 'Use the page of the console itself' });
}
