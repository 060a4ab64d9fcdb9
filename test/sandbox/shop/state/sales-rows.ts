import type { Json } from '../rest/json.ts';

export interface AddressRow {
  entity_id: number;
  firstname: string | null;
  lastname: string | null;
  company?: string;
  street: string[];
  city: string | null;
  region: string | null;
  region_code: string | null;
  region_id: number | null;
  postcode: string | null;
  country_id: string | null;
  telephone: string | null;
  email: string | null;
}

/** A line of a cart; a child (of a configurable or bundle) names its parent and its quantity per parent. */
export interface CartItemRow {
  item_id: number;
  product_id: number;
  sku: string;
  name: string;
  product_type: string;
  qty: number;
  price: number;
  /** Price before the surcharges of a fixed bundle. */
  original_price: number;
  weight: number | null;
  is_virtual: boolean;
  is_qty_decimal: boolean;
  parent_item_id: number | null;
  product_option: Json;
  /** What the cart shows of the chosen options, as label and value. */
  options: { label: string; value: string }[];
  /** Price, tax and discount sit on the children (dynamic bundle). */
  children_calculated: boolean;
  /** A bundle: are its children shipped one by one? */
  ship_separately: boolean;
}

export interface CartRow {
  masked_id: string;
  entity_id: number;
  store_id: number;
  created_at: string;
  updated_at: string;
  items: CartItemRow[];
  coupon_code: string | null;
  shipping_address: AddressRow | null;
  billing_address: AddressRow;
  shipping_method: string | null;
  customer_id: number | null;
}

/** Amounts of one line, in the currency of the order; row totals before discount. */
export interface LineAmounts {
  row_total: number;
  discount_amount: number;
  discount_percent: number;
  tax_percent: number;
  tax_amount: number;
  row_total_incl_tax: number;
  price_incl_tax: number;
}

export interface OrderItemRow extends CartItemRow, LineAmounts {
  order_item_id: number;
  parent_order_item_id: number | null;
  created_at: string;
  updated_at: string;
  qty_ordered: number;
  qty_shipped: number;
  qty_invoiced: number;
  qty_canceled: number;
  qty_refunded: number;
  tax_canceled: number | null;
  row_invoiced: number;
  row_incl_tax_invoiced: number;
  tax_invoiced: number;
  discount_invoiced: number;
  tax_refunded?: number;
  discount_refunded?: number;
  tax_item_id: number | null;
}

export interface StatusHistoryRow {
  entity_id: number;
  parent_id: number;
  comment: string | null;
  created_at: string;
  is_customer_notified: number | null;
  is_visible_on_front: number;
  status: string | null;
  entity_name: string | null;
}

export interface OrderRow {
  entity_id: number;
  increment_id: string;
  /** Null when its store view was deleted. */
  store_id: number | null;
  quote_id: number;
  state: string;
  status: string;
  hold_before_state: string | null;
  hold_before_status: string | null;
  created_at: string;
  updated_at: string;
  ext_order_id: string | null;
  customer_id: number | null;
  customer_email: string;
  customer_firstname: string | null;
  customer_lastname: string | null;
  protect_code: string;
  coupon_code: string | null;
  shipping_method: string | null;
  shipping_description: string | null;
  /** Empty when the order has lost its payment: Magento fails over it, and over each list that holds it. */
  payment_method: string;
  email_sent: boolean;
  items: OrderItemRow[];
  billing_address: AddressRow;
  shipping_address: AddressRow | null;
  status_histories: StatusHistoryRow[];
  subtotal: number;
  subtotal_incl_tax: number;
  discount_amount: number;
  shipping_amount: number;
  tax_amount: number;
  grand_total: number;
  weight: number;
  tax_id: number | null;
  total_invoiced: number | null;
  subtotal_invoiced: number | null;
  tax_invoiced: number | null;
  discount_invoiced: number | null;
  shipping_invoiced: number | null;
  total_paid: number | null;
  /** Absent until something was refunded. */
  refunds?: Refunds;
  is_canceled: boolean;
}

export interface TrackRow {
  entity_id: number;
  order_id: number;
  parent_id: number;
  created_at: string;
  updated_at: string;
  weight: number | null;
  qty: number | null;
  description: string | null;
  track_number: string;
  title: string | null;
  carrier_code: string;
}

export interface ShipmentCommentRow {
  entity_id: number;
  parent_id: number;
  comment: string | null;
  is_customer_notified: number | null;
  is_visible_on_front: number | null;
  created_at: string;
}

export interface ShipmentItemRow {
  entity_id: number;
  parent_id: number;
  order_item_id: number;
  qty: number;
  name?: string;
  price?: number;
  product_id?: number;
  sku?: string;
  weight?: number | null;
}

export interface ShipmentRow {
  entity_id: number;
  increment_id: string;
  order_id: number;
  store_id: number | null;
  customer_id: number | null;
  billing_address_id: number | null;
  shipping_address_id: number | null;
  email_sent: boolean;
  total_qty: number | null;
  created_at: string;
  updated_at: string;
  items: ShipmentItemRow[];
  tracks: TrackRow[];
  comments: ShipmentCommentRow[];
  /** Null for a shipment posted as a raw entity, which never touched the stock. */
  source_code: string | null;
}

export interface InvoiceRow {
  entity_id: number;
  increment_id: string;
  order_id: number;
  store_id: number | null;
  state: number;
  created_at: string;
  updated_at: string;
  subtotal: number;
  tax_amount: number;
  discount_amount: number;
  shipping_amount: number;
  grand_total: number;
  total_qty: number;
  /** Is it the first invoice of its order, which carries the whole shipping amount? */
  carries_shipping: boolean;
  email_sent: boolean;
  items: InvoiceItemRow[];
  comments: ShipmentCommentRow[];
}

export interface CreditMemoRow {
  entity_id: number;
  increment_id: string;
  order_id: number;
  /** Absent of one that is of the order. */
  invoice_id?: number;
  store_id: number | null;
  state: number;
  created_at: string;
  updated_at: string;
  subtotal: number;
  subtotal_incl_tax: number;
  tax_amount: number;
  discount_amount: number;
  shipping_amount: number;
  /** Null where the request did not name it: then it is no member of the answer. */
  adjustment_positive: number | null;
  adjustment_negative: number | null;
  grand_total: number;
  items: CreditMemoItemRow[];
  comments: ShipmentCommentRow[];
}

export interface CreditMemoItemRow {
  entity_id: number;
  order_item_id: number;
  qty: number;
  row_total: number;
  row_total_incl_tax: number;
  tax_amount: number;
  discount_amount: number;
}

/** Sums of the credit memos of an order. */
export interface Refunds {
  subtotal: number;
  tax: number;
  discount: number;
  shipping: number;
  adjustment_positive: number;
  adjustment_negative: number;
  total: number;
}

export interface InvoiceItemRow {
  entity_id: number;
  order_item_id: number;
  qty: number;
  row_total: number;
  row_total_incl_tax: number;
  tax_amount: number;
  discount_amount: number;
}
