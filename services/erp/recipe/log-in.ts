import { Rejected, Unavailable } from '../../platform/errors.ts';
import { evaluate } from '../../platform/expressions/expression.ts';
import { render } from '../../platform/expressions/template.ts';
import type { HttpClient } from '../../platform/http/client.ts';
import { isTrue } from './answer.ts';
import { Restart, logInFault, waitFault } from './faults.ts';
import type { Opened } from './session.ts';
import type { Call, Wire } from './wire.ts';

const place = 'session.open';
/** A session that ends by itself is left before its end. */
const usedShare = 0.9;

/**
 * Opens a session as the recipe says; one that needs none is open for ever.
 * @throws Unavailable, Restart: whatever it is, no record is to blame, and nothing happened to any
 */
export async function logIn(wire: Wire, http: HttpClient, now: number): Promise<Opened> {
  const { open } = wire.recipe.session;
  if (open === undefined) return { value: undefined, endsAtMs: Infinity };
  const variables = wire.scope({});
  const call: Call = { asked: open, place, effect: 'reads', variables };
  try {
    const request = await wire.request(open, variables, place, open.url);
    const { answer, verdict } = await wire.ask(http, call, request);
    if (verdict.is === 'again') throw new Restart('again', place);
    if (verdict.is === 'wait') throw waitFault(answer, place, 'reads');
    const taken =
      verdict.is === 'ok'
        ? await evaluate(open.take ?? '=result', answer, variables, wire.pathOf('session.open.take'))
        : null;
    if (isTrue(taken)) return { value: taken, endsAtMs: now + (await lastsMs(wire, taken)) * usedShare };
    const words = await wire.wordsOf(verdict.rule, answer, variables);
    throw new Unavailable(logInFault(place, words ?? `it answered ${answer.status}`), {
      needsOperator: true,
    });
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    throw new Unavailable(error.fault, { needsOperator: true });
  }
}

/** For ever, where nothing says how long: then the ERP says when it is over. */
async function lastsMs(wire: Wire, session: unknown): Promise<number> {
  const { expiresInS } = wire.recipe.session;
  const seconds = await render(
    expiresInS,
    undefined,
    wire.scope({}, session),
    wire.pathOf('session.expiresInS'),
  );
  return seconds === undefined || !Number.isFinite(Number(seconds)) ? Infinity : Number(seconds) * 1000;
}
