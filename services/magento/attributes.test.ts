import { expect, it } from '@jest/globals';
import { createAttributes, optionOf, setNamed } from './attributes.ts';
import { answer, cannedShop } from './testing/canned-shop.ts';

/** As a real shop shows them; of the third no row says what it is. */
const attributes = [
  {
    attribute_id: 137,
    attribute_code: 'erp_color',
    frontend_input: 'select',
    backend_type: 'int',
    source_model: 'Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table',
    is_user_defined: true,
    options: [
      { label: ' ', value: '' },
      { label: 'Red', value: '4' },
      { label: '4', value: '12' },
      { label: 'Group', value: [{ label: 'Inner', value: '5' }] },
    ],
  },
  {
    attribute_id: 128,
    attribute_code: 'tax_class_id',
    frontend_input: 'select',
    backend_type: 'int',
    source_model: 'Magento\\Tax\\Model\\TaxClass\\Source\\Product',
    options: [{ label: 'None', value: '0' }],
  },
  { attribute_id: 1, attribute_code: 'links_exist', frontend_input: null },
];

it('the attributes of a set come with their options, labelled as in the admin', async () => {
  const applied = {
    items: [{ attribute_code: 'tax_class_id', apply_to: ['simple', 'virtual'] }],
    total_count: 1,
  };
  const shop = cannedShop(answer(200, JSON.stringify(applied)), answer(200, JSON.stringify(attributes)));
  const [color, tax, none] = await createAttributes(shop.rest).ofSet(9);
  expect(shop.query(0)).toMatchObject({
    'searchCriteria[filter_groups][0][filters][0][field]': 'apply_to',
    'searchCriteria[filter_groups][0][filters][0][condition_type]': 'notnull',
  });
  expect(shop.calls[1]?.path).toMatch(/^\/rest\/all\/V1\/products\/attribute-sets\/9\/attributes\?/);
  expect(color).toMatchObject({ id: 137, backend: 'int', takesOptions: true, types: [] });
  expect(color!.options.map(({ label }) => label)).toEqual(['Red', '4']);
  expect(tax).toMatchObject({ takesOptions: false, types: ['simple', 'virtual'] });
  expect(none).toMatchObject({ input: null, options: [], takesOptions: false });
  expect(['RED', ' red', '4', '12', 'Blue'].map((label) => optionOf(color, label))).toEqual([
    '4',
    '4',
    // A label goes before an id.
    '12',
    '12',
    null,
  ]);
});

it('a shop that does not answer for a set fails the one who asked, and nothing beside', async () => {
  const down = { ...cannedShop().rest, call: () => Promise.reject(new Error('down')) };
  await expect(createAttributes(down).ofSet(9)).rejects.toThrow('down');
  // A rejection that nobody hears of ends the process; here it fails the test, a turn later.
  await new Promise(setImmediate);
});

it('an option is added by its label and answers its id; sets are found by name, else by id', async () => {
  const shop = cannedShop(answer(200, '"10"'));
  expect(await createAttributes(shop.rest).addOption('erp_color', 'Blue')).toBe('10');
  expect(shop.body(0)).toEqual({ option: { label: 'Blue' } });
  const listed = cannedShop(answer(200, '[{"label":" ","value":""},{"label":"Blue","value":"10"}]'));
  expect(await createAttributes(listed.rest).options('erp_color')).toEqual([{ label: 'Blue', value: '10' }]);
  expect(listed.calls[0]?.path).toBe('/rest/all/V1/products/attributes/erp_color/options');
  const gone = cannedShop(answer(404, '{"message":"No such entity."}'));
  await createAttributes(gone.rest).removeOption('erp_color', '10');
  expect(gone.calls[0]?.path).toBe('/rest/V1/products/attributes/erp_color/options/10');
  const rows = [
    { attribute_set_id: 4, attribute_set_name: 'Default' },
    { attribute_set_id: 9, attribute_set_name: '4' },
  ];
  const sets = await createAttributes(
    cannedShop(answer(200, JSON.stringify({ items: rows, total_count: 2 }))).rest,
  ).sets();
  expect([setNamed(sets, '4')?.id, setNamed(sets, '9')?.id, setNamed(sets, 'X')]).toEqual([9, 9, null]);
});
