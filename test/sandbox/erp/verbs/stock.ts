import { Router } from 'express';
import { z } from 'zod';
import type { Books, Database } from '../database.ts';
import { code, notNegative, positive, sku } from '../input.ts';
import { idOfCode, productBySku } from '../lookups.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import { lockProducts, physicalStock, putAway, takeOut } from '../stock.ts';
import { readyWaitingDeliveries } from './waiting.ts';

const receipt = z.strictObject({ sku, warehouse: code, quantity: positive, unit: code.optional() });
const count = z.strictObject({ sku, warehouse: code, quantity: notNegative });

/** `POST /receipts` books goods in; `POST /inventory-adjustments` says what was counted on the shelf. */
export function stockVerbs(database: Database): Router {
  const router = Router();
  router.post('/receipts', async (request, response) => {
    const input = receipt.parse(request.body);
    response.status(201).json(await database.transaction((books) => receive(books, input)));
  });
  router.post('/inventory-adjustments', async (request, response) => {
    const input = count.parse(request.body);
    response.status(201).json(await database.transaction((books) => adjust(books, input)));
  });
  return router;
}

async function receive(books: Books, input: z.infer<typeof receipt>) {
  const product = await productBySku(books, input.sku);
  const warehouseId = await idOfCode(books, 'warehouse', input.warehouse);
  await lockProducts(books, [product.id]);
  await putAway(books, 'supplier', {
    productId: product.id,
    warehouseId,
    uomId: input.unit ? await idOfCode(books, 'uom', input.unit) : product.uom_id,
    quantity: parseQuantity(input.quantity),
    origin: null,
  });
  return outcome(books, product.id, warehouseId, input);
}

async function adjust(books: Books, input: z.infer<typeof count>) {
  const product = await productBySku(books, input.sku);
  const warehouseId = await idOfCode(books, 'warehouse', input.warehouse);
  await lockProducts(books, [product.id]);
  const difference = parseQuantity(input.quantity) - (await physicalStock(books, product.id, warehouseId));
  const movement = { productId: product.id, warehouseId, uomId: product.uom_id, origin: null };
  if (difference > 0n) await putAway(books, 'adjustment', { ...movement, quantity: difference });
  if (difference < 0n) await takeOut(books, 'adjustment', { ...movement, quantity: -difference });
  return outcome(books, product.id, warehouseId, input);
}

async function outcome(
  books: Books,
  productId: number,
  warehouseId: number,
  { sku, warehouse }: { sku: string; warehouse: string },
) {
  const readied = await readyWaitingDeliveries(books, warehouseId);
  const physical = formatQuantity(await physicalStock(books, productId, warehouseId));
  return { sku, warehouse, physical, readied };
}
