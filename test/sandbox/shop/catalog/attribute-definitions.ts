import type { Json, JsonObject } from '../rest/json.ts';
import type { Database } from '../state/database.ts';
import { ATTRIBUTES, attributeOf, SET_ERP } from './attributes.ts';

/**
 * The attributes of set "ERP Set" in the order, and with the input, in which the real shop listed them; `!`: required.
 * Those of "Default" are the same without the user-defined ones.
 */
const LISTED =
  'image:media_image shipment_type:select! small_image:media_image thumbnail:media_image swatch_image:media_image special_price:price special_from_date:date media_gallery:gallery page_layout:select special_to_date:date status:select gallery:gallery old_id:text options_container:select cost:price tier_price:text minimal_price:price msrp:price msrp_display_actual_price_type:select name:text! gift_message_available:select url_key:text custom_layout_update:textarea url_path:text price_view:select! required_options:text has_options:text image_label:text small_image_label:text thumbnail_label:text created_at:date! sku:text! meta_title:text custom_design_from:date updated_at:date! sku_type:boolean! price:price! meta_keyword:textarea custom_design_to:date price_type:boolean! custom_design:select tax_class_id:select meta_description:textarea erp_net_weight:price erp_material:text custom_layout:select erp_tags:multiselect erp_launch:date erp_flag:boolean erp_color:select custom_layout_update_file:select quantity_and_stock_status:select weight:weight weight_type:boolean! visibility:select category_ids:text news_from_date:date news_to_date:date short_description:textarea description:textarea country_of_manufacture:select links_purchased_separately:null! samples_title:null! links_title:null! links_exist:null';

interface Listed {
  code: string;
  input: string | null;
  isRequired: boolean;
}

export const LISTED_ATTRIBUTES: readonly Listed[] = LISTED.split(' ').map((entry) => {
  const [code = '', input = ''] = entry.replace('!', '').split(':');
  return { code, input: input === 'null' ? null : input, isRequired: entry.endsWith('!') };
});

/** Of user-defined attributes: id and label. */
const USER_DEFINED: Readonly<Record<string, [id: number, label: string, input: string]>> = {
  cost: [81, 'Cost', 'price'],
  manufacturer: [83, 'Manufacturer', 'select'],
  color: [93, 'Color', 'select'],
  erp_color: [137, 'ERP Color', 'select'],
  erp_material: [138, 'ERP Material', 'text'],
  erp_tags: [139, 'ERP Tags', 'multiselect'],
  erp_flag: [140, 'ERP Flag', 'boolean'],
  erp_launch: [141, 'ERP Launch', 'date'],
  erp_net_weight: [142, 'ERP Net Weight', 'price'],
};
export const USER_DEFINED_CODES = Object.keys(USER_DEFINED);

const BACKENDS: Readonly<Record<string, string>> = {
  text: 'varchar',
  textarea: 'text',
  select: 'int',
  boolean: 'int',
  multiselect: 'text',
  date: 'datetime',
  price: 'decimal',
  weight: 'decimal',
  media_image: 'varchar',
  gallery: 'static',
};

/** Sources that are code, not rows: their options cannot be added to. Not recorded: by the published source of Magento. */
const FIXED_OPTIONS: Readonly<Record<string, readonly [label: string, value: string][]>> = {
  tax_class_id: [
    ['None', '0'],
    ['Taxable Goods', '2'],
  ],
  status: [
    ['Enabled', '1'],
    ['Disabled', '2'],
  ],
  visibility: [
    ['Not Visible Individually', '1'],
    ['Catalog', '2'],
    ['Search', '3'],
    ['Catalog, Search', '4'],
  ],
  country_of_manufacture: [
    [' ', ''],
    ['Germany', 'DE'],
    ['United States', 'US'],
  ],
};
const YES_NO = [
  ['Yes', '1'],
  ['No', '0'],
] as const;

export const idOf = (code: string): number =>
  USER_DEFINED[code]?.[0] ?? LISTED_ATTRIBUTES.findIndex((one) => one.code === code) + 20;
export const codeOfId = (id: string): string | undefined =>
  [...ATTRIBUTES, ...LISTED_ATTRIBUTES].find(({ code }) => String(idOf(code)) === id)?.code;
export const labelOf = (code: string): string => USER_DEFINED[code]?.[1] ?? code;

export const inputOf = (code: string): string | null =>
  LISTED_ATTRIBUTES.find((one) => one.code === code)?.input ?? USER_DEFINED[code]?.[2] ?? null;

export const isInSet = (code: string, setId: number): boolean => {
  const attribute = attributeOf(code);
  return attribute === undefined || attribute.sets.length === 0 || attribute.sets.includes(setId);
};

/** Options kept as rows may be added to; of the others Magento says that the attribute has none. */
export function hasRows(code: string): boolean {
  return ['select', 'multiselect'].includes(inputOf(code) ?? '') && FIXED_OPTIONS[code] === undefined;
}

/** Labels as a store view shows them, sorted as Magento does: those without a sort order by their label come first. */
export function optionsOf(db: Database, code: string, storeId: number): Json[] {
  const input = inputOf(code);
  const fixed = FIXED_OPTIONS[code] ?? (input === 'boolean' ? YES_NO : undefined);
  if (fixed !== undefined) return fixed.map(([label, value]) => ({ label, value }));
  if (!hasRows(code)) return [];
  const rows = db.options.all().filter((row) => row.attribute_code === code);
  const sorted = rows.toSorted(
    (left, right) => left.sort_order - right.sort_order || (left.label < right.label ? -1 : 1),
  );
  return [
    { label: ' ', value: '' },
    ...sorted.map(({ id, label, store_labels }) => ({
      label: store_labels[storeId] ?? label,
      value: String(id),
    })),
  ];
}

const goods = ['simple', 'virtual', 'downloadable'];
/** Types that an attribute is for, where it is not for all. */
const APPLY_TO: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ['price', 'special_price', 'special_from_date', 'special_to_date', 'weight', 'tax_class_id'].map(
      (code) => [code, [...goods, 'bundle', 'configurable']],
    ),
  ),
  cost: goods,
  manufacturer: ['simple', 'configurable'],
};
export const appliesTo = (code: string): readonly string[] | undefined => APPLY_TO[code];

/** @param isOfSet in the list of a set neither the scope nor the types are shown (seen on the real shop) */
export function renderAttribute(db: Database, code: string, storeId: number, isOfSet = false): JsonObject {
  const input = inputOf(code);
  const isUserDefined = USER_DEFINED[code] !== undefined;
  const backend = BACKENDS[input ?? ''] ?? 'static';
  return {
    extension_attributes: { is_pagebuilder_enabled: false },
    is_wysiwyg_enabled: false,
    is_html_allowed_on_front: false,
    used_for_sort_by: false,
    is_filterable: false,
    is_filterable_in_search: false,
    is_used_in_grid: false,
    is_visible_in_grid: false,
    is_filterable_in_grid: false,
    position: 0,
    ...(isOfSet ? {} : { apply_to: [...(appliesTo(code) ?? [])] }),
    is_searchable: '0',
    is_visible_in_advanced_search: '0',
    is_comparable: '0',
    is_used_for_promo_rules: '0',
    is_visible_on_front: '0',
    used_in_product_listing: '0',
    is_visible: true,
    ...(isOfSet ? {} : { scope: attributeOf(code)?.scope ?? 'global' }),
    attribute_id: idOf(code),
    attribute_code: code,
    frontend_input: input,
    entity_type_id: '4',
    is_required: LISTED_ATTRIBUTES.find((one) => one.code === code)?.isRequired ?? false,
    options: optionsOf(db, code, storeId),
    is_user_defined: isUserDefined,
    default_frontend_label: labelOf(code),
    frontend_labels: [],
    backend_type: backend,
    ...(hasRows(code) ? { source_model: 'Magento\\Eav\\Model\\Entity\\Attribute\\Source\\Table' } : {}),
    default_value: '',
    is_unique: '0',
    validation_rules: [],
  };
}

/** The options that the recorded shop had from the beginning. */
export function seedOptions(db: Database): void {
  const labels = [
    ['erp_color', 'Red', 4],
    ['erp_color', 'Green', 5],
    ['erp_color', 'Blue', 6],
    ['erp_tags', 'New', 7],
    ['erp_tags', 'Sale', 8],
    ['erp_tags', 'Eco', 9],
  ] as const;
  for (let id = 1; id <= 9; id += 1) db.next('option');
  for (const [index, [attribute_code, label, id]] of labels.entries())
    db.options.save({ id, attribute_code, label, sort_order: index + 1, store_labels: {} });
}

export const SETS = [
  { attribute_set_id: 4, attribute_set_name: 'Default', sort_order: 1, entity_type_id: 4 },
  { attribute_set_id: SET_ERP, attribute_set_name: 'ERP Set', sort_order: 100, entity_type_id: 4 },
];
