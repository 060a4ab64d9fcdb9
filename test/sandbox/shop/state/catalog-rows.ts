import type { Json, JsonObject } from '../rest/json.ts';

/** Attribute values of a product by store view; 0 is the global value (FACTS section 7). */
export type ScopedValues = Record<string, Record<string, Json>>;

export interface ProductRow {
  id: number;
  sku: string;
  attribute_set_id: number;
  type_id: string;
  created_at: string;
  updated_at: string;
  website_ids: number[];
  category_links: { category_id: string; position: number }[];
  values: ScopedValues;
  /** Stock settings: may a fraction of one be sold? */
  is_qty_decimal: boolean;
  /** Of a product that is made of others: they may be sold, it may not (FACTS section 7). */
  out_of_stock?: boolean;
  media?: MediaRow[];
  tiers?: TierRow[];
  configurable?: ConfigurableLinks;
  bundle?: BundleSettings;
  links?: LinkRow[];
  downloads?: DownloadRow[];
}

/** A link to another product; `associated` is a part of a group, with the quantity that is offered. */
export interface LinkRow {
  type: string;
  sku: string;
  position: number;
  qty?: number;
}

export interface DownloadRow extends JsonObject {
  id: number;
  title: string;
}

export interface ConfigurableLinks {
  options: ConfigurableOption[];
  child_ids: number[];
}

/** An attribute that tells the children apart. */
export interface ConfigurableOption {
  id: number;
  attribute_id: string;
  attribute_code: string;
  label: string;
  position: number;
}

export interface BundleSettings {
  price_type: 'dynamic' | 'fixed';
  shipment_type: 'together' | 'separately';
  options: BundleOption[];
}

export interface BundleOption {
  option_id: number;
  title: string;
  /** Kind of input, `select` or `checkbox`. */
  type: string;
  required?: boolean;
  selections: BundleSelection[];
}

/** Of one that says nothing of it, the first of an option is the one chosen. */
export interface BundleSelection {
  selection_id: number;
  product_id: number;
  qty: number;
  price: number;
  isPercent?: boolean;
  isDefault?: boolean;
  mayChange?: boolean;
}

/** A price for a customer group and a website (0: all) from a quantity on. */
export interface TierRow {
  price: number;
  price_type: string;
  website_id: number;
  customer_group: string;
  quantity: number;
}

/** A picture of a product; which roles it has is told by the product's attributes. */
export interface MediaRow {
  id: number;
  file: string;
  /** Base64. */
  data: string;
  mime: string;
  /** By store view; 0 is the global one. */
  labels: Record<string, string | null>;
  position: number;
  disabled: boolean;
}

export interface CategoryRow {
  id: number;
  parent_id: number;
  name: string;
  position: number;
  is_active: boolean;
}

export interface OptionRow {
  id: number;
  attribute_code: string;
  /** Of the admin. */
  label: string;
  sort_order: number;
  store_labels: Record<string, string>;
}

export interface SourceRow {
  source_code: string;
  name: string;
  enabled: boolean;
  postcode: string;
  country_id: string;
  [member: string]: Json;
}

export interface StockRow {
  stock_id: number;
  name: string;
  sales_channels: { type: string; code: string }[];
}

export interface StockSourceLinkRow {
  stock_id: number;
  source_code: string;
  priority: number;
}

export interface SourceItemRow {
  sku: string;
  source_code: string;
  quantity: number;
  /** 1 in stock, 0 out of stock, whatever the quantity says. */
  status: number;
}

export interface ReservationRow {
  reservation_id: number;
  stock_id: number;
  sku: string;
  /** Negative when sold, positive when compensated by a shipment or a cancellation. */
  quantity: number;
  metadata: { event_type: string; object_id: string; object_increment_id: string };
}
