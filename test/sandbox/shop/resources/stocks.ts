import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, notFound, required } from '../rest/errors.ts';
import { convert, membersOf, pathInt } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import { hex } from '../shop.ts';
import type { StockRow, StockSourceLinkRow } from '../state/catalog-rows.ts';
import { validationFailed } from '../inventory/validation.ts';

const RESOURCE = 'Magento_InventoryApi::stock';
const EDIT = 'Magento_InventoryApi::stock_edit';
const LINK_RESOURCE = 'Magento_InventoryApi::stock_source_link';
const LINKS: InputType = {
  list: {
    members: { stock_id: 'int', source_code: 'string', priority: 'int', extension_attributes: 'mixed' },
  },
};
const STOCK: InputType = {
  members: {
    stock_id: 'int',
    name: 'string',
    extension_attributes: {
      members: { sales_channels: { list: { members: { type: 'string', code: 'string' } } } },
    },
  },
};

/** Stocks sell for websites out of the sources linked to them. */
export const stockRoutes: Route[] = [
  { method: 'GET', path: '/V1/inventory/stocks', resource: RESOURCE, handle: list },
  { method: 'GET', path: '/V1/inventory/stocks/:stockId', resource: RESOURCE, handle: getOne },
  { method: 'POST', path: '/V1/inventory/stocks', resource: EDIT, handle: create },
  { method: 'GET', path: '/V1/inventory/stock-source-links', resource: LINK_RESOURCE, handle: listLinks },
  { method: 'POST', path: '/V1/inventory/stock-source-links', resource: LINK_RESOURCE, handle: link },
];

export function renderStock({ stock_id, name, sales_channels }: StockRow): Json {
  const channels = sales_channels.map(({ type, code }) => ({ type, code }));
  return { stock_id, name, extension_attributes: { sales_channels: channels } };
}

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const searchable: Searchable<StockRow> = {
    knows: (field) => ['stock_id', 'name'].includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (stock, field) => (field === 'name' ? stock.name : stock.stock_id),
  };
  return listAnswer(search(shop.db.stocks.all(), criteria, searchable), criteria, renderStock);
}

function getOne({ shop, params }: Call): Json {
  const id = pathInt(params['stockId'] ?? '');
  const stock = shop.db.stocks.get(id);
  if (stock === undefined) throw notFound('Stock with id "%value" does not exist.', { value: id });
  return renderStock(stock);
}

/** A website that gets a new stock is taken away from its former one. */
function create(call: Call): Json {
  const given = call.body['stock'];
  if (given === undefined || given === null) throw required('stock');
  const stock = convert(given, STOCK, 'stock') as JsonObject;
  const name = stock['name'];
  if (typeof name !== 'string' || name === '') {
    throw validationFailed([['"%field" can not be empty.', { field: 'name' }]], false);
  }
  const channels = (membersOf(stock['extension_attributes'])['sales_channels'] ??
    []) as StockRow['sales_channels'];
  for (const other of call.shop.db.stocks.all()) {
    other.sales_channels = other.sales_channels.filter(
      ({ code }) => !channels.some((channel) => channel.code === code),
    );
    call.shop.db.stocks.save(other);
  }
  const id = call.shop.db.next('stock');
  call.shop.db.stocks.save({ stock_id: id, name, sales_channels: channels });
  call.note('stock', String(id), { name });
  return id;
}

function listLinks({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const searchable: Searchable<StockSourceLinkRow> = {
    knows: (field) => ['link_id', 'stock_id', 'source_code', 'priority'].includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (row, field) => (row as unknown as Record<string, string | number>)[field],
  };
  return listAnswer(search(shop.db.stockSourceLinks.all(), criteria, searchable), criteria, (row) => ({
    ...row,
  }));
}

function link(call: Call): Json {
  const given = call.body['links'];
  if (given === undefined || given === null) throw required('links');
  const links = convert(given, LINKS, 'links') as unknown as StockSourceLinkRow[];
  const { db } = call.shop;
  const isKnown = (row: StockSourceLinkRow): boolean =>
    db.sources.get(row.source_code) !== undefined && db.stocks.get(row.stock_id) !== undefined;
  if (!links.every(isKnown)) throw badRequest('Could not save StockSourceLinks');
  for (const { stock_id, source_code, priority } of links) {
    db.stockSourceLinks.save({ stock_id, source_code, priority });
    call.note('stock_source_link', `${stock_id}/${source_code}`);
  }
  return [];
}
