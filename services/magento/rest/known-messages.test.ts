import { afterEach, describe, expect, it } from '@jest/globals';
import { keepForeignText } from '../../platform/errors.ts';
import { redacted } from './known-messages.ts';
import { readMessage } from './messages.ts';

afterEach(() => keepForeignText(false));

const of = (message: string, more: object = {}) => redacted(readMessage({ message, ...more })!);
const leftOut = 'its words are left out, see telemetry.foreignText';

describe('what Magento said is passed on', () => {
  it.each([
    ['Could not save Source Item', {}, 'Could not save Source Item'],
    [
      '"%fieldName" is required. Enter and try again.',
      { parameters: { fieldName: 'oauth_nonce' } },
      '"oauth_nonce" is required. Enter and try again.',
    ],
    [
      "Shipment Document Validation Error(s):\nYou can't create a shipment without products.",
      {},
      "Shipment Document Validation Error(s): You can't create a shipment without products.",
    ],
    [
      'Validation Failed',
      { errors: [{ message: '"%field" can not be empty.', parameters: { field: 'sku' } }] },
      'Validation Failed "sku" can not be empty.',
    ],
    [
      'Internal Error. Details are available in Magento log file. Report ID: webapi-6b03f488c9831',
      {},
      'Internal Error. Details are available in Magento log file. Report ID: webapi-6b03f488c9831',
    ],
    [
      'No such entity with %fieldName = %fieldValue',
      { parameters: { fieldName: 'email', fieldValue: 'jane@example.com' } },
      'No such entity with email = %fieldValue',
    ],
  ])('where its text is known: %s', (message, more, expected) => expect(of(message, more)).toBe(expected));

  it.each([
    ['Customer Jane Doe of 12 Main Street may not order', {}],
    ['Could not save Source Item of Jane Doe', {}],
    ['jane@example.com is required. Enter and try again.', {}],
    ['Could not save a shipment, see error log for details\nJane Doe is not at home', {}],
    ['Validation Failed', { errors: [{ message: 'Jane Doe has moved' }] }],
  ])('and else left out: %s', (message, more) => {
    expect(of(message, more)).toBe(leftOut);
    keepForeignText(true);
    expect(of(message, more)).toMatch(/Jane|e-mail/);
  });
});
