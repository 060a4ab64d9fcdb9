/** The faults of an ERP that is spoken to by recipe. `place` is a path in the recipe: `orders.create`. */
import { Rejected, Unavailable, foreignText } from '../../platform/errors.ts';
import type { Fault } from '../../platform/errors.ts';
import { retryAfterMs } from '../../platform/http/retry-after.ts';
import type { Answer } from './answer.ts';

/** What a place of the recipe is about, as the codes of faults begin. */
export const subjectOf = (place: string): 'order' | 'customer' =>
  place.startsWith('customers') ? 'customer' : 'order';

/** Whether a call may change something in the ERP: then no answer is no proof that nothing has happened. */
export type Effect = 'reads' | 'writes';

/** The run begins again at its look-up: the ERP holds the document already, or asks to be called again. */
export class Restart extends Error {
  readonly is: 'exists' | 'again';
  readonly place: string;
  constructor(is: 'exists' | 'again', place: string) {
    super(`${place}: ${is}`);
    this.is = is;
    this.place = place;
  }
}

/** The same answer came at every restart. */
export function restartsInVain({ is, place }: Restart, restarts: number): Rejected | Unavailable {
  if (is === 'again')
    return new Unavailable(
      {
        code: 'erp.locked',
        what: `The ERP asked ${restarts} times to call "${place}" again`,
        fix: 'It is tried again by itself; look in the ERP for what holds the lock',
      },
      { perhapsRecord: true },
    );
  return new Rejected({
    code: `${subjectOf(place)}.exists_unseen`,
    what: `The ERP refuses "${place}" because it exists already, and the look-up does not find it`,
    fix: `Let the look-up of the recipe find what is there in every state (canceled and archived ones too), and know it; then \`cartage parked release KEY\``,
  });
}

export function waitFault(answer: Answer, place: string, effect: Effect): Unavailable {
  const { status, headers } = answer;
  const waitMs = retryAfterMs(headers);
  const isRedirection = status >= 300 && status < 400;
  return new Unavailable(
    {
      code: isRedirection ? 'erp.redirected' : 'erp.unavailable',
      what: `The ERP answered ${status} to "${place}"`,
      why: said(answer),
      fix: isRedirection
        ? 'Correct erp.recipe.url, or the log-in: redirections are not followed'
        : 'It is tried again by itself; look at the load and the log of the ERP',
    },
    {
      // Too many requests: this one was not looked at.
      outcome: effect === 'writes' && status !== 429 && !isRedirection ? 'unknown' : 'none',
      perhapsRecord: status !== 429,
      needsOperator: isRedirection,
      ...(waitMs !== undefined && { retryAfterMs: waitMs }),
    },
  );
}

export function sessionFault({ status }: Answer, place: string): Fault {
  return {
    code: 'erp.session',
    what: `The ERP refuses "${place}" for want of a session (${status}), also right after a new one`,
    fix: 'Check the user and what it is allowed in the ERP, and erp.recipe.session and .secrets; a changed secret is used without a restart',
  };
}

export function logInFault(place: string, why: string): Fault {
  return {
    code: 'erp.log_in',
    what: `The ERP refuses the log-in ("${place}")`,
    why,
    fix: 'Check erp.recipe.secrets and .session.open; it is tried again every 30 seconds, with changed secrets too',
  };
}

/** @param why a text of the recipe as it is, one of the ERP through `foreignText` */
export function refused(answer: Answer, place: string, why: string | undefined): Rejected {
  return new Rejected({
    code: `${subjectOf(place)}.erp_refused`,
    what: `The ERP refused "${place}" (${answer.status})`,
    why: why ?? said(answer),
    fix: `Correct the ${subjectOf(place)}, the mapping of codes, the recipe, or what they refer to in the ERP; then \`cartage parked release KEY\``,
  });
}

/** How an answer looks whose words nobody asked for: it may be an order, or a page of a proxy. */
function said({ text, body, headers }: Answer): string {
  if (text.trim() === '') return 'an empty answer';
  if (body !== undefined) return foreignText(text.slice(0, 500));
  return `no JSON, but text of type ${headers['content-type'] ?? 'unknown'}`;
}
