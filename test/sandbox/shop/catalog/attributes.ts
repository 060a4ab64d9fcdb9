/** How an attribute is stored and in which scope it is written. */
export interface Attribute {
  code: string;
  scope: 'global' | 'website' | 'store';
  /** Type of the value in `custom_attributes`, as Magento checks it. */
  type: 'string' | 'int' | 'decimal' | 'date' | 'multiselect';
  /** Attribute sets that have it; empty for all. */
  sets: readonly number[];
  /** The value is a member of the product itself and not of `custom_attributes`. */
  isMember?: boolean;
}

/** Attribute set "Default" of products. */
export const SET_DEFAULT = 4;
/** Attribute set "ERP Set", with the user-defined attributes. */
export const SET_ERP = 9;
export const ATTRIBUTE_SETS: readonly number[] = [SET_DEFAULT, SET_ERP];

const member = { sets: [], isMember: true };
const everywhere = { sets: [] };
const erp = { sets: [SET_ERP] };
const nowhere = { sets: [0] };

export const ATTRIBUTES: readonly Attribute[] = [
  { code: 'name', scope: 'store', type: 'string', ...member },
  { code: 'price', scope: 'global', type: 'decimal', ...member },
  { code: 'status', scope: 'website', type: 'int', ...member },
  { code: 'visibility', scope: 'store', type: 'int', ...member },
  { code: 'weight', scope: 'global', type: 'decimal', ...member },
  { code: 'options_container', scope: 'store', type: 'string', ...everywhere },
  { code: 'url_key', scope: 'store', type: 'string', ...everywhere },
  { code: 'msrp_display_actual_price_type', scope: 'website', type: 'string', ...everywhere },
  { code: 'required_options', scope: 'global', type: 'string', ...everywhere },
  { code: 'has_options', scope: 'global', type: 'string', ...everywhere },
  { code: 'tax_class_id', scope: 'website', type: 'int', ...everywhere },
  { code: 'description', scope: 'store', type: 'string', ...everywhere },
  { code: 'short_description', scope: 'store', type: 'string', ...everywhere },
  { code: 'meta_title', scope: 'store', type: 'string', ...everywhere },
  { code: 'meta_keyword', scope: 'store', type: 'string', ...everywhere },
  { code: 'meta_description', scope: 'store', type: 'string', ...everywhere },
  { code: 'country_of_manufacture', scope: 'website', type: 'string', ...everywhere },
  { code: 'special_price', scope: 'global', type: 'decimal', ...everywhere },
  { code: 'special_from_date', scope: 'website', type: 'date', ...everywhere },
  { code: 'special_to_date', scope: 'website', type: 'date', ...everywhere },
  { code: 'cost', scope: 'global', type: 'decimal', ...everywhere },
  { code: 'image', scope: 'store', type: 'string', ...everywhere },
  { code: 'small_image', scope: 'store', type: 'string', ...everywhere },
  { code: 'thumbnail', scope: 'store', type: 'string', ...everywhere },
  { code: 'swatch_image', scope: 'store', type: 'string', ...everywhere },
  { code: 'image_label', scope: 'store', type: 'string', ...everywhere },
  { code: 'small_image_label', scope: 'store', type: 'string', ...everywhere },
  { code: 'thumbnail_label', scope: 'store', type: 'string', ...everywhere },
  { code: 'shipment_type', scope: 'global', type: 'string', ...everywhere },
  { code: 'price_type', scope: 'global', type: 'string', ...everywhere },
  { code: 'price_view', scope: 'global', type: 'string', ...everywhere },
  { code: 'sku_type', scope: 'global', type: 'string', ...everywhere },
  { code: 'weight_type', scope: 'global', type: 'string', ...everywhere },
  { code: 'links_purchased_separately', scope: 'global', type: 'string', ...everywhere },
  { code: 'erp_material', scope: 'store', type: 'string', ...erp },
  { code: 'erp_color', scope: 'global', type: 'int', ...erp },
  { code: 'erp_tags', scope: 'global', type: 'multiselect', ...erp },
  { code: 'erp_launch', scope: 'global', type: 'date', ...erp },
  { code: 'erp_flag', scope: 'global', type: 'int', ...erp },
  { code: 'erp_net_weight', scope: 'global', type: 'decimal', ...erp },
  { code: 'manufacturer', scope: 'global', type: 'int', ...nowhere },
  { code: 'color', scope: 'global', type: 'int', ...nowhere },
];

const byCode = new Map(ATTRIBUTES.map((attribute) => [attribute.code, attribute]));

/** The attribute when the set has it; Magento ignores every other code silently (FACTS section 7). */
export function attributeOf(code: string, attributeSetId?: number): Attribute | undefined {
  const attribute = byCode.get(code);
  if (attribute === undefined || attribute.sets.length === 0 || attributeSetId === undefined)
    return attribute;
  return attribute.sets.includes(attributeSetId) ? attribute : undefined;
}
