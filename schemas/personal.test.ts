import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseAvro } from './avro.ts';
import { hidden, masked, personalFields } from './personal.ts';
import { contracts } from './topics.ts';

const schemaOf = (topic: string) =>
  parseAvro(readFileSync(join(import.meta.dirname, `${topic}.avsc`), 'utf8'));

describe('personal data', () => {
  it.each(contracts.map(({ topic, personalData }) => [topic, personalData] as const))(
    '%s: the table says %s, and the marks in the contract agree',
    (topic, personalData) => {
      expect(personalFields(schemaOf(topic)).length > 0).toBe(personalData);
    },
  );

  it('of an order is who ordered and where they live', () => {
    const name = ['firstName', 'lastName'];
    const more = ['prefix', 'middleName', 'suffix'];
    const address = [
      ...name,
      'company',
      'street',
      'city',
      'postcode',
      'telephone',
      ...more,
      'vatId',
      'fax',
      'email',
    ];
    const giftMessage = ['sender', 'recipient', 'message'];
    const under = (path: string, fields: string[]) => fields.map((field) => `${path}.${field}`);
    expect(personalFields(schemaOf('magento.orders'))).toEqual([
      ...under('customer', ['customerId', 'email', ...name, ...more, 'vatNumber']),
      ...under('billingAddress', address),
      ...under('shippingAddress', address),
      'lines.options.values',
      ...under('lines.giftMessage', giftMessage),
      ...under('payment', ['purchaseOrderNumber', 'cardLastFour']),
      'customerNote',
      ...under('giftMessage', giftMessage),
      'comments.text',
    ]);
  });

  it('of a customer is who it is and where they live; the id stands in the key', () => {
    expect(personalFields(schemaOf('magento.customers'))).toEqual([
      'email',
      'prefix',
      'firstName',
      'middleName',
      'lastName',
      'suffix',
      'vatNumber',
      ...['prefix', 'firstName', 'middleName', 'lastName', 'suffix', 'company'].map(
        (name) => `addresses.${name}`,
      ),
      ...['street', 'city', 'postcode', 'telephone', 'vatId'].map((name) => `addresses.${name}`),
    ]);
  });

  it('is hidden, in lists and in parts that may be absent; what is absent stays absent', () => {
    const schema = parseAvro(
      JSON.stringify({
        type: 'record',
        name: 'R',
        fields: [
          { name: 'n', type: ['null', 'string'], personal: true },
          { name: 'open', type: 'int' },
          {
            name: 'list',
            type: {
              type: 'array',
              items: { type: 'record', name: 'I', fields: [{ name: 'n', type: 'string', personal: true }] },
            },
          },
          { name: 'part', type: ['null', 'I'] },
        ],
      }),
    );
    const value = { n: 'Ada', open: 3, list: [{ n: 'Ada' }], part: { n: 'Ada' } };
    expect(masked(value, schema)).toEqual({
      n: hidden,
      open: 3,
      list: [{ n: hidden }],
      part: { n: hidden },
    });
    expect(masked({ n: null, open: 3, list: [], part: null }, schema)).toEqual({
      n: null,
      open: 3,
      list: [],
      part: null,
    });
    expect(value.list[0]!.n).toBe('Ada');
  });
});
