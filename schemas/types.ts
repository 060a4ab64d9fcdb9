// Made from schemas/*.avsc by `npm run generate`. Do not edit.
import type { Buffer } from 'node:buffer';

/** One act of a person: what was released, replayed, discarded or erased, by whom and why. */
export interface Audit {
  /** Who: the login name at the operating system, or what was given with --as. */
  actor: string;
  /** The command: parked.release, parked.discard, refresh, erase. */
  action: string;
  /** What it was done to, in words and without personal data: a cause, a topic, the number of keys. */
  subject: string;
  /** Keys it was done to; the first thousand of more. */
  keys: string[];
  /** How many keys in all. */
  count: number;
  /** Why, in the words of the actor. */
  reason: string | null;
  /** Process through which it was done: cli, console. */
  tool: string;
  /** UTC milliseconds. */
  at: number;
}

/** What an operator has set of one flow, until it is set otherwise. */
export interface Control {
  /** Name of the shop instance. */
  instance: string;
  /** Who reads the flow: a process, or process.part. */
  reader: string;
  /** True: nothing more is begun, nothing more read; what is under way is finished. */
  paused: boolean;
  /** Pieces of work at once, at most; null: as the process itself has it. */
  concurrencyMax: number | null;
  /** Records in one piece of work, at most; null: as the process itself has it. */
  batchMax: number | null;
  /** When it does its work: quiet hours in UTC (22:00-05:00), or the time from round to round (30m, 2h); null: as it is configured. */
  schedule: string | null;
  /** Why, in the words of whoever set it. */
  reason: string;
  /** Who set it last. */
  setBy: string;
  /** UTC milliseconds. */
  setAt: number;
}

/** How far a reader of a source is. */
export interface Cursor {
  /** Process that reads. */
  process: string;
  /** What it reads: a resource of the shop; of the ERP, the instance alone. */
  source: string;
  /** How far: updated_at and entity_id, or a log position. */
  position: string;
  /** Replication slot the position belongs to. */
  slot: string | null;
  /** Database system identifier and timeline the position belongs to, joined by a slash. */
  systemId: string | null;
  /** Digest of the watched tables and their publication, as they stand where the position was read. */
  tables: string | null;
  /** Log position up to which an answer may have shown the database; null where nothing tells. */
  seenTo: string | null;
  /** Epoch of the versions made from this source. */
  epoch: number;
  /** running or done: state of the first load of a sweep; null where there is none. */
  firstLoad: string | null;
  /** State of each stream that is read from the source. */
  streams: StreamState[];
  /** UTC milliseconds. */
  updatedAt: number;
}

/** How far one stream is loaded as it is configured. */
export interface StreamState {
  /** Stream, as the configuration names it. */
  name: string;
  /** Of the stream's configuration, as it was asked last. */
  digest: string;
  /** Why its keys are not all asked as it is configured, in words; null when they are. */
  loading: string | null;
  /** Key up to which the round of all keys under way is published, in the order of its bytes; null where it begins, or cannot go on, from the first. */
  loadedTo: string | null;
  /** What the answers of the round must contain: transactions that were under way when the source was found to have a gap. */
  marks: string[];
  /** Rows of that round that are published. */
  rows: number;
  /** Rows that the round is expected to have; null where nothing tells. */
  rowsExpected: number | null;
  /** When the last round of all keys began that has ended. */
  roundAt: number | null;
  /** Keys that the round would tell as deleted and that wait for a person; null when none wait. */
  held: number | null;
  /** Changed keys that are not answered. */
  dirtyKeys: number;
  /** When the oldest of their changes was committed. */
  oldestAt: number | null;
}

/** One difference between the shop and the ERP as of now, found twice. Tombstoned when it is gone. */
export interface Difference {
  /** Shop instance. */
  instance: string;
  /** What was compared: stock, salable, orders, products, prices, shipments, invoices, creditmemos, customers. */
  kind: string;
  /** Topic whose record says what is wanted; a refresh of `key` there is the repair. */
  topic: string;
  /** Key on that topic. */
  key: string;
  /** What of it differs, as a path: quantity, exists, total, lines.<sku>.quantity. */
  field: string;
  /** What the leading side says, as the other one should show it; null where it has nothing, or it would be personal data. */
  wanted: string | null;
  /** What the other side shows; null likewise. */
  found: string | null;
  /** The side that shows what is not wanted: shop or erp. */
  side: string;
  /** When the leading side came to what it says, UTC milliseconds; null when not known. */
  changedAt: number | null;
  /** When the difference was seen first, UTC milliseconds. */
  firstSeenAt: number;
  /** When the values were seen as they stand here, UTC milliseconds. */
  seenAt: number;
  /** What is at risk, in minor units; null where it has no value in money. */
  valueMinor: number | null;
  /** Digits of the minor unit. */
  digits: number | null;
  /** Currency of the value, ISO 4217. */
  currency: string | null;
  /** Likely cause, as a code: never_exported, parked, changed_by_hand, stale_feed, unmapped, deleted, not_applied, … */
  cause: string;
  /** The cause in words, without personal data. */
  why: string;
  /** What to do about it. */
  fix: string;
  /** How often the key was asked for again since the difference was first seen. */
  repairs: number;
  /** When it was last asked for, UTC milliseconds. */
  repairedAt: number | null;
  /** none: not tried; asked: the answer is awaited; failed: the key was read again, and it differs still: it is not asked for again by itself. */
  repair: string;
}

/** What became of one record. */
export interface Outcome {
  /** Consumer group that handled it. */
  group: string;
  /** Topic of the record. */
  topic: string;
  /** Partition of the record. */
  partition: number;
  /** Offset of the record. */
  offset: number;
  /** Key of the record. */
  key: string;
  /** Document, where a key carries several. */
  documentId: string | null;
  /** ce_id of the record. */
  eventId: string | null;
  /** applied, unchanged, superseded, held, rejected, dry. */
  status: string;
  /** Fault code when held or rejected. */
  code: string | null;
  /** In words, without personal data. */
  cause: string | null;
  /** Id of what was made or found on the other side. */
  targetId: string | null;
  /** How many tries it took. */
  attempts: number;
  /** Version of the record handled; null when it has none. */
  version: Version | null;
  /** occurredAt of the record. */
  occurredAt: number | null;
  /** Time of the record on its topic. */
  publishedAt: number;
  /** When its handling began. */
  startedAt: number;
  /** When its handling ended. */
  finishedAt: number;
  /** Trace of the record, 32 hex digits. */
  traceId: string | null;
}

/** Orders the states of one key. Compare epoch first, then number; drop only what is strictly lower. */
export interface Version {
  /** Rises when the source is restored or replaced. */
  epoch: number;
  /** Never falls for a key while the epoch lasts: a log position in bytes (ERP) or the update time in milliseconds (Magento). */
  number: number;
}

/** A record that could not be applied, with all that is needed to mend it. Tombstoned when settled. */
export interface Parked {
  /** Consumer group that parked it. */
  group: string;
  /** Topic of the record. */
  topic: string;
  /** Its partition. */
  partition: number;
  /** Its offset. */
  offset: number;
  /** Its key; null when it has none that can be read. */
  key: string | null;
  /** Document, where a key carries several. */
  documentId: string | null;
  /** rejected or held. */
  status: string;
  /** Fault code. */
  code: string;
  /** What happened, without personal data. */
  cause: string;
  /** The other side's own words. */
  why: string | null;
  /** What to do. */
  fix: string;
  /** How many tries were made. */
  attempts: number;
  /** UTC milliseconds. */
  parkedAt: number;
  /** ce_id of the record. */
  eventId: string | null;
  /** Headers of the record. */
  headers: Record<string, string>;
  /** The original bytes of the value. May hold personal data; taken out after policy.parkedOriginalDays. */
  recordValue: Buffer | null;
  /** What a held record waits for: configuration/SECTION/MAPPING[/CODE], product/SKU or order/KEY. It is released when that is there. */
  waitsFor: string | null;
}

/** "Read this key at its source again." */
export interface Refresh {
  /** Topic whose key is asked for. */
  topic: string;
  /** Key on that topic; where `entityId` is given: instance/entity_id. */
  key: string;
  /** webhook, sweep, shipped, created, operator, ... */
  reason: string;
  /** Process or person that asks. */
  requestedBy: string;
  /** UTC milliseconds. */
  requestedAt: number;
  /** State the asker saw (Magento updated_at); a reader that already published it may skip. null: not known. */
  seen: string | null;
  /** Magento entity_id of an order of which nothing else is known. */
  entityId: number | null;
  /** true: published though that state is published already. null, as in version 1: the same when `seen` is null. */
  always: boolean | null;
  /** To be read no earlier than this, UTC milliseconds: what it follows has not happened yet. null: at once. */
  notBefore: number | null;
}

/** One ERP document about an order as of now: a shipment with its parcels, an invoice, a credit memo, a cancellation of the rest, a comment (source: the fulfilments stream of the ERP), or the order itself, once the ERP has it (source: the order export). */
export interface Fulfilment {
  /** Name of the shop instance. */
  instance: string;
  /** Store view code. */
  store: string;
  /** Order number. */
  incrementId: string;
  /** The ERP's own number of the document; the marker in Magento names it. */
  documentId: string;
  /** shipment; invoice; creditmemo: money is paid back; cancellation: of all that is neither invoiced nor shipped; comment: words about the order; order: the ERP has accepted the order, under the number documentId. Later versions may carry other kinds, which readers must leave alone. */
  kind: string;
  /** Commit time at the ERP of the oldest change this record carries, UTC milliseconds; null on a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at the ERP; 0 of an order, which never changes. */
  version: Version;
  /** A state of the same source in the same epoch whose version.number is at least this shows the change that made the document; null: that is sure only from the document's own version on. */
  shownFrom: number | null;
  /** Key of the ERP stream that produced the record, JSON of its key columns; what a repair asks for. {} where no stream did. */
  sourceKey: string;
  /** When the goods left (or the document was posted; of an order, when it was placed), UTC milliseconds. */
  documentDate: number;
  /** ERP code of the warehouse the goods left from. */
  source: string | null;
  /** Lines; a credit memo may be of none, and of amounts alone; a cancellation has none. */
  lines: FulfilmentLine[];
  /** Parcels with their tracking numbers. */
  packages: Package[];
  /** Amounts; null: nothing is compared, and of a credit memo its lines alone are paid back. */
  amounts: DocumentAmounts | null;
  /** Of a credit memo that the payment's gateway is to pay back: documentId of the invoice it is of; null: any invoice of the order that holds its lines. */
  invoiceId: string | null;
  /** The ERP has taken the document back: canceled or deleted it. */
  withdrawn: boolean;
  /** Of a comment: its words, plain text, which the customer may read. */
  text: string | null;
}

/** What the document is of: how many of one order line were shipped, invoiced, or paid back. */
export interface FulfilmentLine {
  /** Stock keeping unit. */
  sku: string;
  /** Magento's order item id as exported; null: found by SKU. */
  orderLineId: string | null;
  /** Quantity, decimal with four places. */
  quantity: string;
  /** Of a credit memo: whether the shop is to give the goods back to its stock; null: it is not. */
  returnToStock: boolean | null;
}

/** A parcel. */
export interface Package {
  /** ERP code of the carrier. */
  carrier: string;
  /** ERP code of the service level. */
  service: string | null;
  /** Tracking number. */
  trackingNumber: string;
}

/** Money of a document, in the ERP. */
export interface DocumentAmounts {
  /** ISO 4217 code of all amounts here: the base currency of the order, in which the shop takes them. */
  currency: string;
  /** What the document comes to with tax, minor units; the shop's own reckoning is compared with it. null: nothing is compared. */
  totalMinor: number | null;
  /** Of a credit memo: what is paid back of the shipping, minor units, without tax (with tax where the shop shows the shipping of its orders with tax); null: nothing. */
  shippingMinor: number | null;
  /** Of a credit memo: what is paid back beside lines and shipping, minor units; null: nothing. */
  adjustmentRefundMinor: number | null;
  /** Of a credit memo: what is kept, minor units, positive; null: nothing. */
  adjustmentFeeMinor: number | null;
}

/** All prices of one SKU as of now. Source: the prices stream of the ERP. */
export interface Prices {
  /** Stock keeping unit. */
  sku: string;
  /** Commit time at the ERP of the oldest change this record carries, UTC milliseconds; null on a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at the ERP. */
  version: Version;
  /** Key of the ERP stream that produced the record, JSON of its key columns; what a repair asks for. */
  sourceKey: string;
  /** All prices. */
  prices: Price[];
  /** True when the ERP no longer has it; the other values are then empty, zero or false. */
  deleted: boolean;
  /** Another SKU of the ERP that differs from this one by letter case or accents alone: a shop takes both for one product, so neither is applied; of a deleted one: the spelling under which it lives on. null: there is none. */
  twin: string | null;
}

/** One price of a price list. */
export interface Price {
  /** ERP code of the price list. */
  list: string;
  /** ISO 4217 code. */
  currency: string;
  /** Price of one unit, decimal with four places. */
  amount: string;
  /** From which quantity it holds, decimal with four places. */
  minQuantity: string;
  /** Valid from, UTC milliseconds; null: always. */
  from: number | null;
  /** Valid until (exclusive), UTC milliseconds; null: always. */
  to: number | null;
  /** Code of the shop's website for which alone it holds; null: as the price list says. */
  website: string | null;
  /** Code of the shop's customer group for which alone it holds; null: as the price list says. */
  group: string | null;
}

/** A product as of now, whole. Source: the products stream of the ERP. */
export interface Product {
  /** Stock keeping unit. */
  sku: string;
  /** Commit time at the ERP of the oldest change this record carries, UTC milliseconds; null on a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at the ERP. */
  version: Version;
  /** Key of the ERP stream that produced the record, JSON of its key columns; what a repair asks for. */
  sourceKey: string;
  /** simple, virtual, configurable, grouped, bundle, downloadable. */
  kind: string;
  /** Name. */
  name: string;
  /** Description, plain text or HTML. */
  description: string | null;
  /** Weight in the unit of the shop, decimal with four places. */
  weight: string | null;
  /** True when it is to be sold. */
  enabled: boolean;
  /** ERP code of the tax class. */
  taxClass: string | null;
  /** none, catalog, search or both; null leaves it to the configuration. */
  visibility: string | null;
  /** Name of the shop's attribute set; null leaves it to the configuration, and that of a product as it is. */
  attributeSet: string | null;
  /** Further attributes: ERP attribute code to value; of attributes with options the label, several on a line each. */
  attributes: Record<string, string>;
  /** By store view; null: nothing is said of any. */
  translations: Translation[] | null;
  /** Codes of the shop's websites that sell it; null leaves them to the configuration, and those of a product as they are. */
  websites: string[] | null;
  /** Categories that it is to be in, by path (Men/Shirts) or by id in the shop; null: nothing is said of them. */
  categories: string[] | null;
  /** Of a configurable product: ERP codes of the attributes that tell its children apart, in the order in which a customer chooses. */
  variesBy: string[];
  /** Of a configurable product: the SKUs of its children; null leaves them as they are. */
  children: string[] | null;
  /** Of a grouped product: what it is made of, in the order in which it is shown; null leaves it as it is. */
  parts: Part[] | null;
  /** Of a bundle; null leaves it as it is. */
  bundle: Bundle | null;
  /** Of a downloadable product, in the order in which they are shown; null leaves them as they are. */
  downloads: Download[] | null;
  /** SKUs shown beside it; null leaves them as they are. */
  related: string[] | null;
  /** SKUs shown as better than it; null leaves them as they are. */
  upSells: string[] | null;
  /** SKUs shown in a cart that holds it; null leaves them as they are. */
  crossSells: string[] | null;
  /** Pictures in the order in which they are shown; null leaves those of the shop as they are. */
  images: Image[] | null;
  /** True when the ERP no longer has it; the other values are then empty, zero or false. */
  deleted: boolean;
  /** Another SKU of the ERP that differs from this one by letter case or accents alone: a shop takes both for one product, so neither is applied; of a deleted one: the spelling under which it lives on. null: there is none. */
  twin: string | null;
}

/** What a store view shows in place of the values for all. */
export interface Translation {
  /** Code of the store view. */
  view: string;
  /** `name`, `description`, or the ERP's code of a further attribute, to its value there. */
  values: Record<string, string>;
}

/** A product that is offered within another. */
export interface Part {
  /** Its SKU. */
  sku: string;
  /** How many are offered at first, decimal with four places. */
  quantity: string;
}

/** What a customer chooses from, and how that is priced and sent. */
export interface Bundle {
  /** True when it has a price of its own, to which the parts may add; false when its price is that of the parts chosen. */
  hasOwnPrice: boolean;
  /** True when its parts may be shipped one by one. */
  shipsSeparately: boolean;
  /** In the order in which they are asked. */
  options: BundleOption[];
}

/** One choice. */
export interface BundleOption {
  /** What the customer is asked for; another one within a bundle has another. */
  title: string;
  /** select, radio, checkbox or multi. */
  input: string;
  /** True when something has to be chosen. */
  required: boolean;
  /** In the order in which they are shown. */
  parts: BundlePart[];
}

/** One answer to it. */
export interface BundlePart {
  /** Its SKU. */
  sku: string;
  /** How many of it, decimal with four places. */
  quantity: string;
  /** True when it is chosen at first. */
  isDefault: boolean;
  /** True when the customer says how many. */
  quantityMayChange: boolean;
  /** What it adds to the bundle's own price, decimal with four places; null: nothing. */
  surcharge: string | null;
  /** True when the surcharge is a share of the bundle's price, in percent. */
  isPercent: boolean;
}

/** A file that a customer may fetch. */
export interface Download {
  /** What it is called. */
  title: string;
  /** Where it is, https. */
  url: string;
  /** What it costs beside the product, decimal with four places; null: nothing. */
  price: string | null;
  /** How often it may be fetched; null: without end. */
  timesMax: number | null;
}

/** One picture of a product. It is where `url` says, or comes along as `data`. */
export interface Image {
  /** Address of the file, https; null when it comes along. */
  url: string | null;
  /** Changes when the file behind the address does (a checksum, a time): then it is fetched anew. */
  version: string | null;
  /** The file itself, PNG, JPEG or GIF, in base64; null when it has an address. */
  data: string | null;
  /** Text in place of the picture; null: none. */
  label: string | null;
  /** base, small, thumbnail, swatch; where no image of a product says any, the first one has base, small and thumbnail. */
  roles: string[] | null;
  /** True when it is not to be shown on the page of the product. */
  disabled: boolean;
}

/** Quantity of one SKU at one source as of now, absolute. Source: the stock stream of the ERP. */
export interface Stock {
  /** ERP code of the warehouse. */
  source: string;
  /** Stock keeping unit. */
  sku: string;
  /** Commit time at the ERP of the oldest change this record carries, UTC milliseconds; null on a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at the ERP. */
  version: Version;
  /** Key of the ERP stream that produced the record, JSON of its key columns; what a repair asks for. */
  sourceKey: string;
  /** Physical quantity minus what other channels hold, decimal with four places; may be negative. */
  quantity: string;
  /** False when the ERP blocks the SKU at this source whatever its quantity. */
  sellable: boolean;
  /** True when the ERP no longer has it; the other values are then empty, zero or false. */
  deleted: boolean;
  /** Another SKU of the ERP that differs from this one by letter case or accents alone: a shop takes both for one product, so neither is applied; of a deleted one: the spelling under which it lives on. null: there is none. */
  twin: string | null;
  /** Whether it may be sold although nothing is left; null: the shop's rule says. */
  backorders: boolean | null;
  /** Units to be kept back for safety, decimal with four places; null: the shop's rule says. */
  buffer: string | null;
}

/** A customer account of a Magento shop, whole, as of now. A tombstone: the account was deleted. Source: GET /V1/customers/search. */
export interface Customer {
  /** Name of the shop instance, from the configuration. */
  instance: string;
  /** Website code; an e-mail address is one customer's per website. */
  website: string;
  /** Magento's id of the customer, unique per instance. */
  customerId: number;
  /** Commit time at Magento of the change this record carries, UTC milliseconds; null when that was more than a day ago: a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at Magento; does not rise when only an address was edited. */
  version: Version;
  /** Code of the store view in which the account was made. */
  store: string | null;
  /** When the account was made, UTC milliseconds. */
  createdAt: number;
  /** Magento updated_at, UTC milliseconds; does not move with every change. */
  updatedAt: number;
  /** E-mail address, as the customer typed it. */
  email: string;
  /** Title. */
  prefix: string | null;
  /** Given name. */
  firstName: string;
  /** Middle name. */
  middleName: string | null;
  /** Family name. */
  lastName: string;
  /** What follows the name. */
  suffix: string | null;
  /** Tax or VAT number of the account (Magento: taxvat). */
  vatNumber: string | null;
  /** Id of the customer group. */
  groupId: number;
  /** Code of the customer group, such as General; null when the shop has no group of that id. */
  group: string | null;
  /** The address book, by id. */
  addresses: CustomerAddress[];
  /** SHA-256 of what is above, version and occurrence left out: equal digests, equal customers. */
  digest: string;
}

/** An address of the customer's address book. Personal data. */
export interface CustomerAddress {
  /** Magento's id of the address; stays when the address is edited. */
  addressId: number;
  /** True for the address that bills go to unless told otherwise. */
  isDefaultBilling: boolean;
  /** True for the address that goods go to unless told otherwise. */
  isDefaultShipping: boolean;
  /** Title. */
  prefix: string | null;
  /** Given name. */
  firstName: string;
  /** Middle name. */
  middleName: string | null;
  /** Family name. */
  lastName: string;
  /** What follows the name. */
  suffix: string | null;
  /** Company. */
  company: string | null;
  /** Street lines, first line first. */
  street: string[];
  /** City. */
  city: string;
  /** Postal code. */
  postcode: string | null;
  /** Region or state: its code where Magento has one, else its name. */
  region: string | null;
  /** Name of the region or state. */
  regionName: string | null;
  /** ISO 3166-1 alpha-2 code. */
  countryCode: string;
  /** Telephone number as typed. */
  telephone: string | null;
  /** VAT number of the address (Magento: vat_id). */
  vatId: string | null;
}

/** An order of a Magento shop, whole, as of now. Source: GET /V1/orders. */
export interface Order {
  /** Name of the shop instance, from the configuration. */
  instance: string;
  /** Store view code. */
  store: string;
  /** Code of the website that the store view belongs to; null on records of before version 4. */
  website: string | null;
  /** The order number customers see; unique per store only. */
  incrementId: string;
  /** Magento's technical id, unique per instance. */
  entityId: number;
  /** Commit time at Magento of the oldest change this record carries, UTC milliseconds; null on a first load or a repair. */
  occurredAt: number | null;
  /** Version of this state at Magento. */
  version: Version;
  /** Store view id; 0 where the shop has deleted the store view. */
  storeId: number;
  /** Magento order state: new, pending_payment, processing, complete, closed, canceled, holded, payment_review. Empty where the shop has none. */
  state: string;
  /** Magento order status, may be custom. Empty where the shop has none. */
  status: string;
  /** State the order had before it was put on hold. */
  stateBeforeHold: string | null;
  /** When the order was placed, UTC milliseconds. */
  createdAt: number;
  /** Magento updated_at, UTC milliseconds; does not move with every change. */
  updatedAt: number;
  /** True when nothing is to be shipped. */
  isVirtual: boolean;
  /** Payment method code, e.g. checkmo. */
  paymentMethod: string;
  /** Shipping method code, e.g. flatrate_flatrate; null on virtual orders. */
  shippingMethod: string | null;
  /** Coupon used. */
  couponCode: string | null;
  /** Who ordered. */
  customer: OrderCustomer;
  /** Billing address. */
  billingAddress: Address | null;
  /** Shipping address; null on virtual orders. */
  shippingAddress: Address | null;
  /** Lines, each product once: a configurable or bundle stands for its children. */
  lines: OrderLine[];
  /** Totals in the currency of the order. */
  totals: Totals;
  /** Totals in the base currency of the website. */
  baseTotals: Totals;
  /** Website, store and store view as they were named when the order was placed, one a line (Magento: store_name). */
  storeName: string | null;
  /** The order's number elsewhere, where the shop was told (Magento: ext_order_id). */
  externalOrderId: string | null;
  /** Status the order had before it was put on hold. */
  statusBeforeHold: string | null;
  /** Of an order that was edited: the number of the first (Magento: original_increment_id). */
  originalIncrementId: string | null;
  /** Number of the order that this one replaces: -1 replaces the first, -2 replaces -1 (Magento: relation_parent_real_id). */
  parentIncrementId: string | null;
  /** Its technical id (Magento: relation_parent_id). */
  parentEntityId: number | null;
  /** Number of the order that replaces this one, which is canceled (Magento: relation_child_real_id). */
  childIncrementId: string | null;
  /** Its technical id (Magento: relation_child_id). */
  childEntityId: number | null;
  /** What customers read of the shipping method. */
  shippingDescription: string | null;
  /** How the order is paid. null: written before version 3. */
  payment: OrderPayment | null;
  /** What customers read of the discount. */
  discountDescription: string | null;
  /** Cart price rules applied (Magento: applied_rule_ids). */
  appliedRuleIds: number[];
  /** The whole tax by rate: of lines, shipping and fixed product taxes. */
  taxes: Tax[];
  /** Tax on shipping by rate. */
  shippingTaxes: Tax[];
  /** Whether the shop keeps its prices with tax, where the amounts tell; null where they fit both. */
  pricesIncludeTax: boolean | null;
  /** How the shop rounds tax, where the amounts tell: row, unit or total; null where they fit several. */
  taxRounding: string | null;
  /** Rate from the base currency to that of the order; each amount is rounded by itself, so multiplying gives other cents. */
  baseToOrderRate: string | null;
  /** Quantity of all lines, decimal with four places (Magento: total_qty_ordered). */
  totalQuantity: string | null;
  /** Weight of all lines, in the shop's unit of weight, decimal with four places. */
  weight: string | null;
  /** What the customer wrote when ordering (Magento: customer_note); may also stand among the comments. */
  customerNote: string | null;
  /** Gift message of the whole order. */
  giftMessage: GiftMessage | null;
  /** Comments, oldest first. */
  comments: OrderComment[];
  /** Empty when the record is exact. A reader that books money must not use an order with problems. */
  problems: Problem[];
  /** SHA-256 of what is above, version and occurrence left out: equal digests, equal orders. */
  digest: string;
}

/** Who ordered. Personal data. */
export interface OrderCustomer {
  /** Magento customer id; null for guests. */
  customerId: number | null;
  /** True for a guest checkout. */
  isGuest: boolean;
  /** Magento customer group id. */
  groupId: number | null;
  /** E-mail address. */
  email: string | null;
  /** Given name. */
  firstName: string | null;
  /** Family name. */
  lastName: string | null;
  /** Prefix, e.g. Dr. (Magento: customer_prefix). */
  prefix: string | null;
  /** Middle name. */
  middleName: string | null;
  /** Suffix, e.g. jun. */
  suffix: string | null;
  /** Tax or VAT number of the customer (Magento: customer_taxvat). */
  vatNumber: string | null;
}

/** A postal address. Personal data. */
export interface Address {
  /** Given name. */
  firstName: string;
  /** Family name. */
  lastName: string;
  /** Company. */
  company: string | null;
  /** Street lines, first line first. */
  street: string[];
  /** City. */
  city: string;
  /** Postal code. */
  postcode: string | null;
  /** Region or state: its code where Magento has one, else its name. */
  region: string | null;
  /** ISO 3166-1 alpha-2 code. */
  countryCode: string;
  /** Telephone number as typed. */
  telephone: string | null;
  /** Prefix, e.g. Dr. */
  prefix: string | null;
  /** Middle name. */
  middleName: string | null;
  /** Suffix, e.g. jun. */
  suffix: string | null;
  /** VAT id (Magento: vat_id). */
  vatId: string | null;
  /** Code of the region; of a region typed as text that text (Magento: region_code). */
  regionCode: string | null;
  /** Name of the region (Magento: region). */
  regionName: string | null;
  /** Fax number as typed. */
  fax: string | null;
  /** E-mail address. */
  email: string | null;
}

/** One line of an order as the customer sees it. Its own amounts are in the currency of the order, as in `amounts`. */
export interface OrderLine {
  /** Magento's order item id; deliveries point back to it. */
  lineId: string;
  /** Stock keeping unit as ordered; custom options may have changed it (productId does not change). */
  sku: string;
  /** Product name at the time of the order. */
  name: string;
  /** Magento product type: simple, virtual, configurable, bundle, grouped, downloadable. */
  productType: string;
  /** Quantity ordered, decimal with four places. */
  quantity: string;
  /** Quantity shipped so far, decimal with four places. */
  quantityShipped: string;
  /** Quantity invoiced so far, decimal with four places. */
  quantityInvoiced: string;
  /** Quantity canceled so far, decimal with four places. */
  quantityCanceled: string;
  /** Quantity refunded so far, decimal with four places. */
  quantityRefunded: string;
  /** Price of one unit without tax, before discount, decimal with four places; rounded by the shop, so times the quantity it need not be the row. */
  unitPrice: string;
  /** Tax rate in percent, decimal with four places. */
  taxPercent: string;
  /** The row before discount, without tax. Minor units of the currency. */
  subtotalMinor: number;
  /** Discount on the line, positive, without the tax in it where prices include tax. Minor units of the currency. */
  discountMinor: number;
  /** Tax on the line. Minor units of the currency. */
  taxMinor: number;
  /** Subtotal minus discount, without tax. Minor units of the currency. */
  rowTotalMinor: number;
  /** Magento's id of the product. */
  productId: number | null;
  /** True when it is not shipped. null: written before version 3. */
  isVirtual: boolean | null;
  /** Weight of one unit, in the shop's unit of weight, decimal with four places. */
  weight: string | null;
  /** Discount in percent where it was one, decimal with four places (Magento: discount_percent). */
  discountPercent: string | null;
  /** Cart price rules that changed the price (Magento: applied_rule_ids). */
  appliedRuleIds: number[];
  /** What the line is worth, components included, in the currency of the order. null: written before version 3. */
  amounts: LineAmounts | null;
  /** The same in the base currency of the website. */
  baseAmounts: LineAmounts | null;
  /** Tax of the line by rate, without that on a fixed product tax. */
  taxes: Tax[];
  /** Fixed product taxes of the line by name. */
  fixedProductTaxes: FixedProductTax[];
  /** SKU that the product of a line with chosen options has in the shop now: of a configurable its own, not the variant's. Null where nothing was chosen, or the shop did not say it. */
  productSku: string | null;
  /** Options that were chosen. */
  options: ChosenOption[];
  /** Parts of a configurable or bundle, in the order of the shop; empty for other products. */
  components: OrderComponent[];
  /** Gift message of the line. */
  giftMessage: GiftMessage | null;
}

/** What a line is worth in one currency. rowTotal = subtotal - discount; rowTotalInclTax = rowTotal + tax = subtotalInclTax - discountInclTax. Prices of a unit are rounded for show: rows are the truth. */
export interface LineAmounts {
  /** Price of one unit without tax, before discount, decimal with four places (Magento: price). */
  unitPrice: string;
  /** Price of one unit with tax, before discount, decimal with four places (Magento: price_incl_tax). */
  unitPriceInclTax: string | null;
  /** Price in the catalogue, with or without tax as the shop keeps its prices, decimal with four places (Magento: original_price). */
  originalPrice: string | null;
  /** The row without tax, before discount (in Magento's table: row_total). Minor units of the currency. */
  subtotalMinor: number;
  /** The row with tax, before discount; null where the shop does not say it and no rounding of Magento's explains it. Minor units of the currency. */
  subtotalInclTaxMinor: number | null;
  /** What the discount takes off the row without tax, positive (Magento: discount_amount - discount_tax_compensation_amount). Minor units of the currency. */
  discountMinor: number;
  /** What the discount takes off the row with tax, positive; null where subtotalInclTaxMinor is. Minor units of the currency. */
  discountInclTaxMinor: number | null;
  /** The discount as the shop shows it, positive (Magento: discount_amount): with tax where prices include tax. Minor units of the currency. */
  discountShownMinor: number;
  /** Tax on the row, without that on a fixed product tax (Magento: tax_amount). Minor units of the currency. */
  taxMinor: number;
  /** The row without tax, after discount. Minor units of the currency. */
  rowTotalMinor: number;
  /** The row with tax, after discount. Minor units of the currency. */
  rowTotalInclTaxMinor: number;
  /** Fixed product tax on the row, without tax (Magento: weee_tax_applied_row_amount). In none of the amounts above. Minor units of the currency. */
  fixedProductTaxMinor: number;
  /** Tax on the fixed product tax; in the order's tax, in none of the amounts above (Magento: item_applied_taxes of the type weee). Minor units of the currency. */
  fixedProductTaxTaxMinor: number;
}

/** A tax by its rate. The parts of one amount add up to it. */
export interface Tax {
  /** Code of the rate in the shop. */
  code: string;
  /** What customers read. */
  title: string | null;
  /** Rate in percent, decimal with four places; of a compound tax what it comes to. */
  percent: string;
  /** In the currency of the order. Minor units of the currency. */
  amountMinor: number;
  /** In the base currency of the website. Minor units of the currency. */
  baseAmountMinor: number;
}

/** A fixed product tax by its name, on a whole row, without tax. */
export interface FixedProductTax {
  /** What customers read. */
  title: string;
  /** In the currency of the order. Minor units of the currency. */
  amountMinor: number;
  /** In the base currency of the website. Minor units of the currency. */
  baseAmountMinor: number;
}

/** An option that was chosen with a product. */
export interface ChosenOption {
  /** custom, configurable, bundle or downloadable. */
  kind: string;
  /** Id of the option in the shop: of the custom option, of the attribute, of the bundle option; empty for downloads. */
  optionId: string;
  /** What was chosen: ids of values, selections or links (several check boxes of a custom option in one text with commas, as Magento has them), the text typed, the date as "YYYY-MM-DD hh:mm:ss". */
  values: string[];
  /** How many of it in one unit of the line, decimal with four places; bundles only. */
  quantity: string | null;
  /** What the product called the option when this was published (the order itself holds ids alone); null where that could not be learnt, as of a product that is gone. */
  label: string | null;
  /** What it called the values, in their order (check boxes apart from each other), of custom options and downloads; empty where they have no names: what was typed, the values of configurable products, whose variant is a component. */
  valueLabels: string[];
}

/** A part of a line: the variant of a configurable, a product in a bundle. Its amounts are part of the line's, never on top of them. */
export interface OrderComponent {
  /** Magento's order item id; deliveries may point to it. */
  lineId: string;
  /** Stock keeping unit as ordered. */
  sku: string;
  /** Magento's id of the product; the SKU may carry options. */
  productId: number | null;
  /** Product name at the time of the order. */
  name: string;
  /** Magento product type. */
  productType: string;
  /** True when it is not shipped. */
  isVirtual: boolean;
  /** Quantity ordered, in all units of the line, decimal with four places. */
  quantity: string;
  /** Quantity shipped so far, in all units of the line, decimal with four places. */
  quantityShipped: string;
  /** Quantity invoiced so far, in all units of the line, decimal with four places. */
  quantityInvoiced: string;
  /** Quantity canceled so far, in all units of the line, decimal with four places. */
  quantityCanceled: string;
  /** Quantity refunded so far, in all units of the line, decimal with four places. */
  quantityRefunded: string;
  /** Tax rate in percent, decimal with four places. */
  taxPercent: string;
  /** Weight of one unit, in the shop's unit of weight, decimal with four places. */
  weight: string | null;
  /** Its share in the currency of the order; all zero where the price is the line's (configurable, bundle at a fixed price). */
  amounts: LineAmounts;
  /** The same in the base currency of the website. */
  baseAmounts: LineAmounts;
  /** Its tax by rate. */
  taxes: Tax[];
}

/** A message that goes with a gift. Personal data. */
export interface GiftMessage {
  /** Who sends it, as typed. */
  sender: string | null;
  /** Who gets it, as typed. */
  recipient: string | null;
  /** The text, as typed; line breaks kept. */
  message: string | null;
}

/** The totals of an order in one currency, integers of its minor units. */
export interface Totals {
  /** ISO 4217 code. */
  currency: string;
  /** How many decimal digits a minor unit stands for: 2 for USD, 0 for JPY. */
  digits: number;
  /** Sum of the lines before discount, without tax (Magento: subtotal). Minor units of the currency. */
  subtotalMinor: number;
  /** Shipping before discount, without tax (Magento: shipping_amount). Minor units of the currency. */
  shippingMinor: number;
  /** Tax on shipping (Magento: shipping_tax_amount). Minor units of the currency. */
  shippingTaxMinor: number;
  /** Discount on shipping, positive (Magento: shipping_discount_amount). Minor units of the currency. */
  shippingDiscountMinor: number;
  /** Whole discount, positive, shipping discount included (Magento: -discount_amount), without the tax in it where prices include tax. Minor units of the currency. */
  discountMinor: number;
  /** Whole tax, tax on shipping included (Magento: tax_amount). Minor units of the currency. */
  taxMinor: number;
  /** What the customer owes (Magento: grand_total). Minor units of the currency. */
  grandTotalMinor: number;
  /** Sum of the lines before discount with tax, fixed product taxes included (Magento: subtotal_incl_tax). Minor units of the currency. */
  subtotalInclTaxMinor: number | null;
  /** Whole discount as the shop shows it, positive (Magento: -discount_amount): with tax where prices include tax. Minor units of the currency. */
  discountShownMinor: number | null;
  /** Shipping before discount, with tax (Magento: shipping_incl_tax). Minor units of the currency. */
  shippingInclTaxMinor: number | null;
  /** Discount on shipping as the shop shows it, positive (Magento: shipping_discount_amount). Minor units of the currency. */
  shippingDiscountShownMinor: number | null;
  /** Shipping after discount, with tax: shipping - shippingDiscount + shippingTax. Minor units of the currency. */
  shippingTotalInclTaxMinor: number | null;
  /** Fixed product taxes that stand beside the subtotal; 0 where the shop counts them into the subtotal. Without tax: that is in taxMinor. Minor units of the currency. */
  fixedProductTaxMinor: number | null;
  /** Paid by gift cards, positive (Adobe Commerce: gift_cards_amount). Minor units of the currency. */
  giftCardMinor: number | null;
  /** Paid by store credit, positive (Adobe Commerce: customer_balance_amount). Minor units of the currency. */
  storeCreditMinor: number | null;
  /** Paid by reward points, positive (Adobe Commerce: reward_currency_amount). Minor units of the currency. */
  rewardPointsMinor: number | null;
  /** Other totals that are part of the grand total: gift wrapping, fees of payment methods. */
  others: OtherTotal[];
  /** What is left when all parts are rounded to minor units: grandTotal = subtotal - discount + shipping + tax + fixedProductTax + others - giftCard - storeCredit - rewardPoints + rounding. 0 unless quantities are decimal or the currency has fewer digits than the shop counts with. Minor units of the currency. */
  roundingMinor: number | null;
  /** Paid so far (Magento: total_paid); 0 where nothing is. Minor units of the currency. */
  paidMinor: number | null;
  /** Still to be paid (Magento: total_due). Minor units of the currency. */
  dueMinor: number | null;
  /** Invoiced so far (Magento: total_invoiced). Minor units of the currency. */
  invoicedMinor: number | null;
  /** Refunded so far (Magento: total_refunded). Minor units of the currency. */
  refundedMinor: number | null;
  /** Canceled so far (Magento: total_canceled). Minor units of the currency. */
  canceledMinor: number | null;
}

/** A total of the shop that has no field of its own. */
export interface OtherTotal {
  /** The shop's name of it: gift_wrapping, or the member of extension_attributes that holds it. */
  code: string;
  /** Added to the grand total; negative where it is taken off. Minor units of the currency. */
  amountMinor: number;
}

/** How the order is paid; nothing that could be used to pay. */
export interface OrderPayment {
  /** Payment method code, e.g. checkmo. */
  method: string;
  /** What customers read of it. */
  title: string | null;
  /** The customer's own order number, as typed (Magento: po_number). */
  purchaseOrderNumber: string | null;
  /** Kind of card, e.g. VI (Magento: cc_type). */
  cardType: string | null;
  /** Last four digits of the card (Magento: cc_last4). */
  cardLastFour: string | null;
  /** Last transaction at the payment provider (Magento: last_trans_id). */
  transactionId: string | null;
}

/** A comment in the history of an order. */
export interface OrderComment {
  /** The text. */
  text: string | null;
  /** Status the order got with it. */
  status: string | null;
  /** When, UTC milliseconds. */
  createdAt: number;
  /** True when customers can read it. */
  isVisible: boolean;
  /** True when it was sent to the customer. */
  isCustomerNotified: boolean;
  /** What it belongs to: order, shipment, invoice, creditmemo. */
  documentKind: string | null;
}

/** Something this record cannot say exactly. */
export interface Problem {
  /** Stable code, e.g. order.totals_differ. */
  code: string;
  /** What was found, without personal data. */
  detail: string;
}
