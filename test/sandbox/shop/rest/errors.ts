import type { Json, JsonObject } from './json.ts';

/**
 * What Magento answers instead of a result: a status and a body `{message, parameters?, errors?}`.
 * `message` is a template (`%1`, `%fieldName`); the client fills it in (FACTS section 1).
 */
export class RestError extends Error {
  readonly status: number;
  readonly body: JsonObject;
  constructor(status: number, message: string, parameters?: Json, errors?: Json) {
    super(message);
    this.name = 'RestError';
    this.status = status;
    this.body = { message, errors, parameters };
  }
}

/** PHP died in the middle: 500 and one line of plain text, never JSON (FACTS section 6). */
export class FatalError extends Error {
  constructor() {
    super('An error has happened during application run. See exception log for details.\n');
    this.name = 'FatalError';
  }
}

export const badRequest = (message: string, parameters?: Json, errors?: Json): RestError =>
  new RestError(400, message, parameters, errors);

export const notFound = (message: string, parameters?: Json): RestError =>
  new RestError(404, message, parameters);

export const noSuchEntity = (): RestError =>
  notFound("The entity that was requested doesn't exist. Verify the entity and try again.");

export const noSuchProduct = (): RestError =>
  notFound("The product that was requested doesn't exist. Verify the product and try again.");

export const noRoute = (): RestError => notFound('Request does not match any route.');

export const required = (fieldName: string): RestError =>
  badRequest('"%fieldName" is required. Enter and try again.', { fieldName });

export const notSupported = (fieldName: string): RestError =>
  badRequest('"%fieldName" is not supported. Correct the field name and try again.', { fieldName });

/** An unexpected exception inside Magento: 500 with a report id and no cause. */
export const internalError = (reportId: string): RestError =>
  new RestError(
    500,
    `Internal Error. Details are available in Magento log file. Report ID: webapi-${reportId}`,
  );
