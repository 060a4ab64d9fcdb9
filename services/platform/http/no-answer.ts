/** What it means that no whole answer came. */
import { Unavailable } from '../errors.ts';

/** What is known of one call while it runs: whether its first bytes may have reached the other side. */
interface Written {
  written: boolean;
}

const methodsWithoutEffect = new Set(['GET', 'HEAD', 'OPTIONS']);

export class DeadlinePassed extends Error {
  /** @param deadlineMs null when it passed while the machine slept, before anything was sent. */
  constructor(deadlineMs: number | null) {
    super(deadlineMs === null ? 'its deadline passed in a sleep' : `no whole answer within ${deadlineMs} ms`);
  }
}

export class BodyTooLarge extends Error {
  constructor(maxBodyBytes: number) {
    super(`the answer is longer than ${maxBodyBytes} bytes`);
  }
}

export function unavailable(
  called: { name: string; origin: string },
  call: { method: string; route?: string },
  attempt: Written,
  error: unknown,
): Unavailable {
  const route = call.route ?? call.method;
  const noEffect = !attempt.written || methodsWithoutEffect.has(call.method.toUpperCase());
  return new Unavailable(
    {
      code: codeOf(error, attempt),
      what: `${called.name} at ${called.origin} gave no answer to "${route}"`,
      why: causeOf(error),
      fix: fixOf(error, attempt),
    },
    // One request may make the other side stand still or fall over every time: what reached it may be at fault itself.
    { cause: error, outcome: noEffect ? 'none' : 'unknown', perhapsRecord: attempt.written },
  );
}

function codeOf(error: unknown, attempt: Written): string {
  if (error instanceof DeadlinePassed) return 'http.deadline';
  if (error instanceof BodyTooLarge) return 'http.body_too_large';
  return attempt.written ? 'http.connection_lost' : 'http.not_connected';
}

function fixOf(error: unknown, attempt: Written): string {
  if (error instanceof BodyTooLarge) return 'Ask for less at once, or raise the limit on the body';
  if (attempt.written) return 'It is tried again by itself; look at the load and the log of the other side';
  return 'Check the address, the name resolution, the certificate and that the other side is running';
}

/** The innermost message with its system code: undici wraps, and several addresses give an AggregateError. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${error.message}, ${code}` : error.message;
}
