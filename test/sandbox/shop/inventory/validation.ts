import { asText } from '../rest/json.ts';
import { badRequest } from '../rest/errors.ts';
import type { Json, JsonObject } from '../rest/json.ts';

/** Template and parameters of one fault. */
export type ValidationError = [template: string, parameters: JsonObject | string[]];

/**
 * 400 with all faults of a request. Source items repeat the first fault in the message itself, sources and
 * stocks do not (FACTS section 6).
 */
export function validationFailed(errors: readonly ValidationError[], repeatsFirst = true): Error {
  const [first] = errors;
  const message =
    repeatsFirst && first !== undefined ? `Validation Failed: ${fill(first)}` : 'Validation Failed';
  const list: Json = errors.map(([template, parameters]) => ({ message: template, parameters }));
  return badRequest(message, undefined, list);
}

function fill([template, parameters]: ValidationError): string {
  return Object.entries(parameters).reduce(
    (text, [name, value]) =>
      text.replaceAll(`%${Array.isArray(parameters) ? Number(name) + 1 : name}`, asText(value as Json)),
    template,
  );
}
