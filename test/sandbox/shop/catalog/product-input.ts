import type { InputType } from '../rest/input.ts';

const anything: InputType = 'mixed';

/** Declared members of a product in a request; everything else is refused (FACTS section 7). */
export const PRODUCT_INPUT: InputType = {
  members: {
    id: 'int',
    sku: 'string',
    name: 'string',
    attribute_set_id: 'int',
    price: 'float',
    status: 'int',
    visibility: 'int',
    type_id: 'string',
    created_at: 'string',
    updated_at: 'string',
    weight: 'float',
    extension_attributes: {
      members: {
        website_ids: { list: 'int' },
        category_links: {
          list: { members: { position: 'int', category_id: 'string', extension_attributes: anything } },
        },
        stock_item: anything,
        configurable_product_options: anything,
        configurable_product_links: anything,
        bundle_product_options: anything,
        discounts: anything,
        downloadable_product_links: anything,
        downloadable_product_samples: anything,
        giftcard_amounts: anything,
      },
    },
    product_links: anything,
    options: anything,
    media_gallery_entries: anything,
    tier_prices: anything,
    custom_attributes: anything,
  },
};
