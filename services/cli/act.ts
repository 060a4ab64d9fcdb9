import { userInfo } from 'node:os';
import { recordAct as record } from '../operations/act.ts';
import type { Act, Actor } from '../operations/act.ts';
import { Rejected } from '../platform/errors.ts';
import type { Bus } from '../platform/kafka/types.ts';
import type { GlobalOptions } from './options.ts';

/** Writes an act to `cartage.audit`, before it is done. */
export function recordAct(bus: Bus, options: GlobalOptions, act: Act): Promise<void> {
  return record(bus, actingAs(options), act);
}

/** Nobody has to be known for what is only said. @throws Rejected likewise */
export function actingAs(options: GlobalOptions, dryRun = false): Actor {
  return { name: dryRun ? '' : actorOf(options), tool: 'cli' };
}

/** @throws Rejected where nobody is known to be logged in, as in many containers. */
export function actorOf({ as }: GlobalOptions): string {
  if (as !== undefined && as.trim() !== '') return as.trim();
  try {
    return userInfo().username;
  } catch {
    throw new Rejected({
      code: 'cli.actor',
      what: 'This machine knows no login name for you',
      fix: 'Say who acts: --as NAME',
    });
  }
}
