import type { ClientBase } from 'pg';
import { booksOf } from './database.ts';
import type { Books } from './database.ts';
import { idOfCode, productBySku } from './lookups.ts';
import { parseQuantity } from './quantity.ts';
import { putAway } from './stock.ts';
import { createProduct } from './verbs/products.ts';

/** Codes that the sandbox's configuration maps to the shop's: warehouses, carriers, payment terms, tax classes. */
const REFERENCE = `
  insert into currency (code, digits) values ('USD', 2), ('EUR', 2), ('JPY', 0) on conflict do nothing;
  insert into uom (code, dimension, ratio) values
    ('PCE', 'count', 1), ('DZN', 'count', 12), ('KG', 'mass', 1), ('G', 'mass', 0.001), ('LB', 'mass', 0.45359237)
    on conflict do nothing;
  insert into tax_class (code, name) values ('GOODS', 'Taxable goods'), ('EXEMPT', 'Not taxed') on conflict do nothing;
  insert into tax (code, name, rate) values ('CHARGED', 'As the channel charged it', null) on conflict do nothing;
  insert into payment_term (code, name, due_days) values
    ('NET0', 'Due at once', 0), ('NET14', '14 days net', 14), ('NET30', '30 days net', 30),
    ('PREPAID', 'Paid by card before delivery', 0) on conflict do nothing;
  insert into carrier (code, name) values ('UPS', 'United Parcel Service'), ('DHL', 'DHL Express'),
    ('PICKUP', 'Collected at the counter') on conflict do nothing;
  insert into carrier_service (carrier_id, code, name)
    select c.id, s.code, s.name from carrier c join (values
      ('UPS', 'GROUND', 'Ground'), ('UPS', 'NEXTDAY', 'Next day air'),
      ('DHL', 'EXPRESS', 'Express worldwide'), ('PICKUP', 'COUNTER', 'Counter')) s(carrier, code, name)
      on s.carrier = c.code on conflict do nothing;
  insert into channel (code, name, external) values ('WEB', 'Web shop', false), ('MARKET', 'Marketplace', true),
    ('STORE', 'Shop in town', true) on conflict do nothing;
  insert into price_list (code, name, currency_code) values ('BASE', 'List price', 'USD'), ('TRADE', 'Trade', 'USD')
    on conflict do nothing;
  insert into warehouse (code, name) values ('WH1', 'Main warehouse'), ('WH2', 'Overflow warehouse')
    on conflict do nothing;
  insert into location (warehouse_id, code, kind)
    select w.id, w.code || l.code, l.kind from warehouse w cross join (values
      ('/A-01', 'internal'), ('/A-02', 'internal'), ('/B-01', 'internal'), ('/QUALITY', 'quality')) l(code, kind)
     where w.code in ('WH1', 'WH2') on conflict do nothing;
  insert into location (code, kind) values ('SUPPLIERS', 'supplier'), ('CUSTOMERS', 'customer'),
    ('COUNT', 'adjustment') on conflict do nothing;`;

interface SeedProduct {
  sku: string;
  name: string;
  description: string;
  weight: string;
  price: string;
  attributes: Record<string, string>;
  /** Pieces received at WH1, WH2. */
  stock: [number, number];
}

const PRODUCTS: SeedProduct[] = [
  product(
    'MUG-STONE',
    'Stoneware mug',
    'Glazed by hand, 350 ml.',
    '0.4200',
    '14.5000',
    { colour: 'grey' },
    [120, 40],
  ),
  product(
    'MUG-ENAMEL',
    'Enamel mug',
    'For the camp fire, 400 ml.',
    '0.1800',
    '11.9000',
    { colour: 'white' },
    [80, 0],
  ),
  product(
    'KETTLE-1L',
    'Kettle 1 litre',
    'Stainless steel, whistles.',
    '0.9500',
    '49.0000',
    { material: 'steel' },
    [35, 12],
  ),
  product(
    'TEAPOT-08',
    'Teapot 0.8 litre',
    'Cast iron with a strainer.',
    '1.6000',
    '64.9000',
    { material: 'iron' },
    [18, 6],
  ),
  product(
    'BOARD-OAK',
    'Cutting board, oak',
    'End grain, oiled.',
    '1.2500',
    '39.9000',
    { material: 'oak' },
    [44, 20],
  ),
  product(
    'KNIFE-CHEF',
    "Chef's knife 20 cm",
    'Forged, full tang.',
    '0.2600',
    '89.0000',
    { material: 'steel' },
    [25, 10],
  ),
  product(
    'KNIFE-PARE',
    'Paring knife 9 cm',
    'Forged, full tang.',
    '0.1100',
    '34.5000',
    { material: 'steel' },
    [60, 15],
  ),
  product(
    'PAN-IRON-26',
    'Iron pan 26 cm',
    'Seasoned, for life.',
    '2.3000',
    '59.0000',
    { material: 'iron' },
    [22, 8],
  ),
  product(
    'APRON-LINEN',
    'Linen apron',
    'Stone washed, one size.',
    '0.3500',
    '42.0000',
    { colour: 'blue' },
    [30, 30],
  ),
  product(
    'TOWEL-SET3',
    'Tea towels, set of 3',
    'Cotton and linen.',
    '0.2400',
    '24.0000',
    { colour: 'striped' },
    [75, 50],
  ),
  product(
    'SCALE-5KG',
    'Kitchen scale 5 kg',
    'To the gram, battery included.',
    '0.5500',
    '32.5000',
    { colour: 'black' },
    [40, 0],
  ),
  product(
    'LAST-ONE',
    'Copper jam pan',
    'The last one of its kind.',
    '1.9000',
    '149.0000',
    { material: 'copper' },
    [1, 0],
  ),
];

function product(
  sku: string,
  name: string,
  description: string,
  weight: string,
  price: string,
  attributes: Record<string, string>,
  stock: [number, number],
): SeedProduct {
  return { sku, name, description, weight, price, attributes, stock };
}

/**
 * Puts in what a small trader starts with. Idempotent: codes and SKUs that exist are left as they are, and
 * opening stock is received for new products only. Runs in one transaction.
 */
export async function seed(client: ClientBase): Promise<void> {
  await client.query('begin');
  try {
    await client.query('lock table product in share row exclusive mode'); // two seeds at once: one after the other
    await client.query(REFERENCE);
    const books = booksOf(client);
    for (const one of PRODUCTS) await addWhereMissing(books, one);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function addWhereMissing(books: Books, { stock, ...input }: SeedProduct): Promise<void> {
  const known = await books.rows('select from product where sku = $1', [input.sku]);
  if (known.length > 0) return;
  await createProduct(books, input);
  const product = await productBySku(books, input.sku);
  for (const [index, warehouse] of ['WH1', 'WH2'].entries()) {
    const pieces = stock[index] ?? 0;
    if (pieces === 0) continue;
    await putAway(books, 'supplier', {
      productId: product.id,
      warehouseId: await idOfCode(books, 'warehouse', warehouse),
      uomId: product.uom_id,
      quantity: parseQuantity(String(pieces)),
      origin: null,
    });
  }
  // The trade price belongs to the template: whatever variant is added later has it too.
  await books.rows(
    `insert into price_item (price_list_id, template_id, min_quantity, amount)
     values ($1, $2, 10, round($3::numeric * 0.9, 2))`,
    [await idOfCode(books, 'price_list', 'TRADE'), product.template_id, input.price],
  );
}
