import { RawAnswer } from '../rest/call.ts';
import type { Call, Route } from '../rest/call.ts';
import { phpJson } from '../rest/json.ts';

/** `GET /rest/all/schema` without credentials: the frame of the API description, without any path. */
export const schemaRoutes: Route[] = [
  { method: 'GET', path: '/schema', resource: 'anonymous', handle: schema },
];

const text = (description: string) => ({ type: 'string', description });

function schema({ shop }: Call): RawAnswer {
  const definitions = {
    'error-response': {
      type: 'object',
      properties: {
        message: text('Error message'),
        errors: { $ref: '#/definitions/error-errors' },
        code: { type: 'integer', description: 'Error code' },
        parameters: { $ref: '#/definitions/error-parameters' },
        trace: text('Stack trace'),
      },
      required: ['message'],
    },
    'error-errors': list('Errors list', 'error-errors-item'),
    'error-errors-item': {
      type: 'object',
      description: 'Error details',
      properties: { message: text('Error message'), parameters: { $ref: '#/definitions/error-parameters' } },
    },
    'error-parameters': list('Error parameters list', 'error-parameters-item'),
    'error-parameters-item': {
      type: 'object',
      description: 'Error parameters item',
      properties: {
        resources: text('ACL resource'),
        fieldName: text('Missing or invalid field name'),
        fieldValue: text('Incorrect field value'),
      },
    },
  };
  const description = {
    securityDefinitions: { api_key: { type: 'apiKey', name: 'api_key', in: 'header' } },
    swagger: '2.0',
    info: { version: '2.4', title: 'Magento Community' },
    host: new URL(shop.baseUrl).host,
    basePath: '/rest/all',
    schemes: ['http'],
    definitions,
  };
  return new RawAnswer(200, 'application/json', phpJson(description));
}

function list(description: string, item: string) {
  return { type: 'array', description, items: { $ref: `#/definitions/${item}` } };
}
