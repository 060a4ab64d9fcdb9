import express from 'express';
import type { Express, Response } from 'express';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import type { Access } from '../access/access.ts';
import { acts, givenIn } from '../acts.ts';
import type { ActContext, ActName } from '../acts.ts';
import { oneAtATime } from '../one-at-a-time.ts';

export const busy = { error: 'busy', what: 'Others are being answered', fix: 'Ask again in a moment' };

/**
 * `POST /api/parked/release`, `/api/parked/discard` `{ keys | cause, flow?, reason, dryRun? }`,
 * `/api/differences/repair` `{ keys | kind, cause, reason, dryRun? }`,
 * `/api/controls` `{ flow, action: pause | resume | set, what?, value?, reason, dryRun? }`: as the commands of these names, whose
 * `--json` they answer with. 400 `{ error, what, fix }`: it cannot be done as it was asked for; 503, at once: another act of
 * whomever is under way. One reads a whole topic, so they are done one after the other.
 */
export function actRoutes(app: Express, access: Access, context: ActContext): void {
  const oneAct = oneAtATime();
  for (const name of Object.keys(acts) as ActName[])
    app.post(`/api/${name}`, express.json({ limit: '128kb' }), async (request, response) => {
      try {
        const given = givenIn(request.body);
        const actor = { name: access.visitorOf(request)?.user ?? '', tool: 'console' } as const;
        const done = await oneAct(() => acts[name](context, given, actor));
        if (done === null) response.status(503).json(busy);
        else response.json(done);
      } catch (error) {
        refuse(response, error);
      }
    });
}

/** @throws what is a fault of ours */
export function refuse(response: Response, error: unknown): void {
  if (!(error instanceof Rejected || error instanceof Unavailable)) throw error;
  const { code, what, fix } = error.fault;
  response.status(error instanceof Rejected ? 400 : 503).json({ error: code, what, fix });
}
