// The page asks the ERP's own API every two seconds and draws anew only what has changed, so that a text being
// selected stays selected. Forms live in the dialog, which polling never touches.
import { element, money, plain, table } from './page-elements.js';
import { ask, openDialog } from './page-dialog.js';

const POLL_INTERVAL_MS = 2000;
const drawn = new Map();

/** Draws a part of the page when what it shows has changed. */
function draw(id, data, build) {
  const text = JSON.stringify(data);
  if (drawn.get(id) === text) return;
  drawn.set(id, text);
  document.getElementById(id).replaceChildren(build(data));
}

async function refresh() {
  const status = document.getElementById('status');
  try {
    const [orders, deliveries, stock, products, reference] = await Promise.all(
      ['/orders?limit=50', '/deliveries?limit=200', '/stock', '/products', '/reference'].map((path) =>
        ask('GET', path),
      ),
    );
    draw('orders', { orders, deliveries, reference }, ordersTable);
    draw('stock', { stock, products, reference }, stockTable);
    status.textContent = `${orders.length} orders shown, up to date`;
    status.className = '';
  } catch (error) {
    status.textContent = `No answer from the ERP: ${error.message}`;
    status.className = 'lost';
  }
}

const button = (label, onclick) => element('button', { type: 'button', onclick }, label);
const badge = (state, label = state) => element('span', { className: `badge ${state}` }, label);

/** Opens the dialog for a verb; the tables are asked again as soon as it is done. */
const verb = (label, form) => button(label, () => openDialog({ ...form, done: refresh }));

function ordersTable({ orders, deliveries, reference }) {
  if (orders.length === 0) {
    return element(
      'p',
      { className: 'empty' },
      'No sales orders yet. Place an order in the shop: it appears here.',
    );
  }
  const columns = ['Order', 'Shop order', 'Customer', 'State', 'Lines', '#Total', 'Deliveries'];
  return table(
    columns,
    orders.map((order) => [
      order.name,
      order.shop_reference ?? '',
      [
        order.partner,
        element('div', { className: 'quiet' }, `${order.payment_term}, ${order.carrier ?? 'no carrier'}`),
      ],
      [badge(order.state), order.on_hold ? badge('hold', 'on hold') : '', ...orderButtons(order)],
      list(order.lines.map((line) => `${plain(line.quantity)} × ${line.name}`)),
      money(order.total_amount, order.currency),
      list(
        deliveries
          .filter((one) => one.order_id === order.id)
          .map((one) => deliveryItem(one, order, reference)),
      ),
    ]),
  );
}

function orderButtons(order) {
  const buttons = [];
  if (order.state === 'draft' && !order.on_hold) {
    const path = `/orders/${order.id}/confirm`;
    buttons.push(verb('Confirm', { title: `Confirm ${order.name}`, path, fields: [] }));
  }
  if (order.state === 'draft' || order.state === 'confirmed') {
    const path = `/orders/${order.id}/cancel`;
    buttons.push(verb('Cancel', { title: `Cancel ${order.name}`, path, fields: [] }));
  }
  return buttons.length > 0 ? [element('div', {}, ...buttons)] : [];
}

function deliveryItem(delivery, order, reference) {
  const numbers = delivery.packages.map((one) => `${one.carrier} ${one.trackingNumber ?? '(no number yet)'}`);
  const parts = [`${delivery.name} from ${delivery.warehouse} `, badge(delivery.state), ' '];
  if (delivery.state === 'ready') parts.push(verb('Ship…', shipForm(delivery, order, reference)));
  if (delivery.packages.some((one) => one.trackingNumber === null)) {
    const fields = [{ name: 'trackingNumber', label: 'Tracking number', required: true }];
    const path = `/deliveries/${delivery.id}/tracking`;
    parts.push(verb('Tracking…', { title: `Tracking number of ${delivery.name}`, path, fields }));
  }
  return [...parts, element('div', { className: 'quiet' }, numbers.join(', '))];
}

function shipForm(delivery, order, reference) {
  return {
    title: `Ship ${delivery.name}`,
    path: `/deliveries/${delivery.id}/ship`,
    fields: [
      ...delivery.lines.map(({ line, sku, quantity }) => ({
        name: `line-${line}`,
        label: `${sku}, of ${plain(quantity)}`,
        value: plain(quantity),
        number: true,
      })),
      carrierField(order, reference),
      { name: 'trackingNumber', label: 'Tracking number', placeholder: 'may come later' },
    ],
    body: (values) => ({
      lines: delivery.lines
        .map(({ line }) => ({ line, quantity: values[`line-${line}`] }))
        .filter(({ quantity }) => Number(quantity) > 0),
      // The carrier the order was sold with brings its service along.
      ...(values.carrier === order.carrier ? {} : { carrier: values.carrier }),
      ...(values.trackingNumber ? { trackingNumber: values.trackingNumber } : {}),
    }),
  };
}

const carrierField = (order, reference) => ({
  name: 'carrier',
  label: 'Carrier',
  value: order.carrier ?? reference.carriers[0]?.code,
  options: reference.carriers.map(({ code }) => code),
});

function stockTable({ stock, products, reference }) {
  const columns = [
    'SKU',
    'Product',
    '#List price',
    'Warehouse',
    '#On hand',
    '#Others',
    '#Shop',
    '#To the shop',
    '',
  ];
  const bySku = new Map(products.map((product) => [product.sku, product]));
  const rows = stock.map((place, index) => {
    const first = stock[index - 1]?.sku !== place.sku;
    const product = bySku.get(place.sku);
    const price = product?.prices.find(
      ({ list, minQuantity }) => list === 'BASE' && Number(minQuantity) === 1,
    );
    return [
      first ? place.sku : '',
      first ? [place.name, product?.blocked ? badge('blocked') : ''] : '',
      first && price ? money(price.amount, price.currency) : '',
      place.warehouse,
      plain(place.physical),
      plain(place.others),
      plain(place.shop),
      element('b', {}, plain(place.quantity)),
      [...placeButtons(place, reference), first ? verb('Price…', priceForm(place.sku, price)) : ''],
    ];
  });
  return table(columns, rows);
}

function placeButtons({ sku, warehouse, physical }, reference) {
  const at = `${sku} at ${warehouse}`;
  const body = (values) => ({ sku, warehouse, ...values });
  const quantity = { name: 'quantity', label: 'Quantity', value: '1', number: true };
  const channel = { name: 'channel', label: 'Channel', options: reference.channels };
  const counted = { ...quantity, label: 'Counted on the shelf', value: plain(physical) };
  return [
    verb('Receive…', { title: `Receive ${at}`, path: '/receipts', fields: [quantity], body }),
    verb('Count…', { title: `Count ${at}`, path: '/inventory-adjustments', fields: [counted], body }),
    verb('Hold…', {
      title: `Hold ${at} for another channel`,
      path: '/reservations',
      fields: [quantity, channel],
      body,
    }),
  ];
}

const priceForm = (sku, price) => ({
  title: `List price of ${sku}`,
  path: `/products/${encodeURIComponent(sku)}/price`,
  fields: [
    {
      name: 'amount',
      label: `Amount, ${price?.currency ?? 'USD'}`,
      value: plain(price?.amount ?? ''),
      number: true,
    },
  ],
});

const list = (items) => element('ul', {}, ...items.map((item) => element('li', {}, ...[item].flat())));

for (;;) {
  await refresh();
  await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
}
