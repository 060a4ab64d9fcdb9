/** The stores of the shop: websites base and b2b with three views, as the shop had that was recorded. */
export const WEBSITES = [
  { id: 1, code: 'base', name: 'Main Website', default_group_id: 1 },
  { id: 0, code: 'admin', name: 'Admin', default_group_id: 0 },
  { id: 2, code: 'b2b', name: 'B2B Website', default_group_id: 2 },
] as const;

export const STORE_GROUPS = [
  { id: 0, website_id: 0, root_category_id: 0, default_store_id: 0, name: 'Default', code: 'default' },
  {
    id: 1,
    website_id: 1,
    root_category_id: 2,
    default_store_id: 1,
    name: 'Main Website Store',
    code: 'main_website_store',
  },
  { id: 2, website_id: 2, root_category_id: 2, default_store_id: 3, name: 'B2B Store', code: 'b2b_group' },
] as const;

export const STORE_VIEWS = [
  { id: 1, code: 'default', name: 'Default Store View', website_id: 1, store_group_id: 1, is_active: 1 },
  { id: 0, code: 'admin', name: 'Admin', website_id: 0, store_group_id: 0, is_active: 1 },
  { id: 2, code: 'fr', name: 'French View', website_id: 1, store_group_id: 1, is_active: 1 },
  { id: 3, code: 'b2b_en', name: 'B2B English', website_id: 2, store_group_id: 2, is_active: 1 },
] as const;

export const CURRENCY = 'USD';
export const TIME_ZONE = 'America/Chicago';

export interface StoreOfOrder {
  websiteId: number;
  websiteCode: string;
  /** Website, group and view, one per line, as orders show it. */
  storeName: string;
}

export function storeOfOrder(storeId: number | null): StoreOfOrder {
  const view = STORE_VIEWS.find(({ id }) => id === storeId) ?? STORE_VIEWS[0];
  const group = STORE_GROUPS.find(({ id }) => id === view.store_group_id) ?? STORE_GROUPS[1];
  const website = WEBSITES.find(({ id }) => id === view.website_id) ?? WEBSITES[0];
  return {
    websiteId: website.id,
    websiteCode: website.code,
    storeName: `${website.name}\n${group.name}\n${view.name}`,
  };
}

/** Every order number counts within its store; the first store has no prefix (FACTS section 3). */
export function incrementPrefix(storeId: number | null): string {
  return storeId === 1 ? '0' : String(storeId);
}
