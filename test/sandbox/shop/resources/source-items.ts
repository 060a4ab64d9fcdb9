import { asText } from '../rest/json.ts';
import { decimal, number, round } from '../decimal.ts';
import { findProduct } from '../catalog/lookup.ts';
import { sourceItem } from '../inventory/stock.ts';
import type { Call, Route } from '../rest/call.ts';
import { badRequest, internalError, required } from '../rest/errors.ts';
import { convert } from '../rest/input.ts';
import type { InputType } from '../rest/input.ts';
import type { Json, JsonObject } from '../rest/json.ts';
import { parseCriteria } from '../search/criteria.ts';
import { listAnswer, search } from '../search/search.ts';
import type { Searchable } from '../search/search.ts';
import { hex } from '../shop.ts';
import type { SourceItemRow } from '../state/catalog-rows.ts';
import { bundleErrors } from '../inventory/bundle-rule.ts';
import { validationFailed } from '../inventory/validation.ts';
import type { ValidationError } from '../inventory/validation.ts';

const QUANTITY_MAX = 99_999_999.9999;
const WRITE_RESOURCE = 'Magento_InventoryApi::stock_source_item_assign';
const ROWS: InputType = {
  list: {
    members: {
      sku: 'string',
      source_code: 'string',
      quantity: 'float',
      status: 'int',
      extension_attributes: 'mixed',
    },
  },
};

/** Source items: one bad row and no row of the request is saved (FACTS section 6). */
export const sourceItemRoutes: Route[] = [
  {
    method: 'GET',
    path: '/V1/inventory/source-items',
    resource: 'Magento_InventoryApi::source',
    handle: list,
  },
  { method: 'POST', path: '/V1/inventory/source-items', resource: WRITE_RESOURCE, handle: save },
  { method: 'POST', path: '/V1/inventory/source-items-delete', resource: WRITE_RESOURCE, handle: remove },
];

function list({ shop, query }: Call): Json {
  const criteria = parseCriteria(query);
  const searchable: Searchable<SourceItemRow> = {
    knows: (field) => ['source_item_id', 'sku', 'source_code', 'quantity', 'status'].includes(field),
    unknownField: () => internalError(hex(shop, 13)),
    column: (row, field) => (row as unknown as Record<string, string | number>)[field],
  };
  const rows = shop.db.sourceItems.all().toSorted((left, right) => compareKeys(left, right));
  return listAnswer(
    search(rows, criteria, searchable),
    criteria,
    ({ sku, source_code, quantity, status }) => ({
      sku,
      source_code,
      quantity,
      status,
    }),
  );
}

function compareKeys(left: SourceItemRow, right: SourceItemRow): number {
  const [a, b] = [
    `${left.sku.toLowerCase()}\0${left.source_code}`,
    `${right.sku.toLowerCase()}\0${right.source_code}`,
  ];
  return a < b ? -1 : Number(a > b);
}

function save(call: Call): Json {
  const rows = rowsOf(call);
  const errors = rows.flatMap(errorsOfRow);
  if (errors.length === 0) errors.push(...bundleErrors(call.shop, rows));
  if (errors.length > 0) throw validationFailed(errors);
  const { db } = call.shop;
  if (rows.some((row) => db.sources.get(asText(row['source_code'])) === undefined)) {
    throw badRequest('Could not save Source Item');
  }
  for (const row of lastPerSpelling(rows)) {
    const quantity = Math.min(QUANTITY_MAX, number(round(decimal(Number(row['quantity'])), 4)));
    const status = Number(row['status']);
    const known = sourceItem(db, asText(row['source_code']), asText(row['sku']));
    const sku = known?.sku ?? findProduct(db, asText(row['sku']))?.sku ?? asText(row['sku']);
    db.sourceItems.save({ sku, source_code: asText(row['source_code']), quantity, status });
    call.note('source_item', `${asText(row['source_code'])}/${sku}`, {
      sku,
      source_code: asText(row['source_code']),
      quantity,
      status,
    });
  }
  return [];
}

/** Of rows spelled alike the last wins; of rows that differ in letter case only, the first. */
function lastPerSpelling(rows: readonly JsonObject[]): JsonObject[] {
  const bySpelling = new Map(rows.map((row) => [`${asText(row['source_code'])} ${asText(row['sku'])}`, row]));
  const byKey = new Map<string, JsonObject>();
  for (const [key, row] of bySpelling) if (!byKey.has(key.toLowerCase())) byKey.set(key.toLowerCase(), row);
  return [...byKey.values()];
}

function remove(call: Call): Json {
  for (const row of rowsOf(call)) {
    const known = sourceItem(call.shop.db, asText(row['source_code']), asText(row['sku']));
    if (known === undefined) continue;
    call.shop.db.sourceItems.remove(known);
    call.note('source_item', `${known.source_code}/${known.sku}`, { deleted: true });
  }
  return [];
}

function rowsOf(call: Call): JsonObject[] {
  const given = call.body['sourceItems'] ?? call.body['source_items'];
  if (given === undefined || given === null) throw required('sourceItems');
  const rows = convert(given, ROWS, 'sourceItems') as JsonObject[];
  if (rows.length === 0) throw badRequest('Input data is empty');
  return rows;
}

/** All faults of a row; the answer lists those of all rows without saying which row. */
function errorsOfRow(row: JsonObject): ValidationError[] {
  const errors: ValidationError[] = [];
  const sku = row['sku'];
  if (typeof sku !== 'string' || sku.trim() === '')
    errors.push(['"%field" can not be empty.', { field: 'sku' }]);
  else if (sku.trim() !== sku)
    errors.push(['"%field" can not contain leading or trailing spaces.', { field: 'sku' }]);
  const source = row['source_code'];
  if (typeof source !== 'string' || source.trim() === '') {
    errors.push(['"%field" can not be empty.', { field: 'source_code' }]);
  }
  if (typeof row['quantity'] !== 'number')
    errors.push(['"%field" should be numeric.', { field: 'quantity' }]);
  if (typeof row['status'] !== 'number') errors.push(['"%field" should be numeric.', { field: 'status' }]);
  else if (![0, 1].includes(row['status']))
    errors.push(['"%field" should a known status.', { field: 'status' }]);
  return errors;
}
