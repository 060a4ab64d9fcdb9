import { say } from './texts.js';

/** `{ what, fix }` of an answer that is a refusal; the log-in's has no words, and where none came `fix` helps. */
export function refusalOf(answered, answer, fix) {
  if (answered?.status === 401) return { what: say('ask.loggedOut'), fix: say('ask.loggedOut.fix') };
  return { what: answer?.what ?? say('ask.noAnswer'), fix: answer?.fix ?? fix };
}

/** What an answer holds, for `then`; a refusal is an error, and nothing to be shown. */
export const jsonOf = (answered) => (answered.ok ? answered.json() : Promise.reject(answered));
