import { pino } from 'pino';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import { escapedJson } from '../terminal.ts';
import { withoutHidden } from './hidden-fields.ts';

export type Log = Logger;

/**
 * JSON lines on standard output, one wide line per decision. What a record carries is never logged as a whole:
 * callers name the fields, and what nobody is to read is blanked wherever it turns up all the same (`hidden-fields.ts`).
 */
export function openLog(process: string, instance: string, level = 'info'): Log {
  return pino({
    level,
    base: { process, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: withoutHidden },
    serializers: { err: errorFields },
    // JSON escapes ESC by itself, but not what other terminals take for it.
    hooks: { streamWrite: escapedJson },
  });
}

/**
 * Type, message as far as it may be told, and the places in the code; never the members an error may carry along,
 * such as a request with its headers.
 */
export function errorFields(error: unknown): object {
  const message = messageOf(error);
  if (!(error instanceof Error)) return { message };
  const cause = error.cause === undefined ? {} : { cause: errorFields(error.cause) };
  return { type: error.name, message, stack: placesOf(error), ...cause };
}

/** The stack without the text that it begins with. */
function placesOf({ stack = '', message }: Error): string {
  const start = stack.indexOf(message);
  return stack.slice(start === -1 ? 0 : start + message.length).trimStart();
}
