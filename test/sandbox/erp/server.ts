import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import type { Database } from './database.ts';
import { answerFor } from './refusal.ts';
import { invoiceVerb } from './verbs/invoice.ts';
import { refundVerb } from './verbs/refund.ts';
import { orderVerbs } from './verbs/orders.ts';
import { priceVerbs } from './verbs/prices.ts';
import { productVerbs } from './verbs/products.ts';
import { reservationVerbs } from './verbs/reservations.ts';
import { shipVerb } from './verbs/ship.ts';
import { stockVerbs } from './verbs/stock.ts';
import { trackingVerb } from './verbs/tracking.ts';
import { deliveryViews } from './views/deliveries.ts';
import { orderViews } from './views/orders.ts';
import { productViews } from './views/products.ts';

const PAGE = new URL('./page/', import.meta.url);
const PAGE_PARTS = ['/page.css', '/page.js', '/page-elements.js', '/page-dialog.js'];

export interface Running {
  url: string;
  close(): Promise<void>;
}

/** The ERP's face: business verbs and views as JSON, a page for people at `/`. Port 0 is any. */
export async function serve(database: Database, port: number, host = '127.0.0.1'): Promise<Running> {
  const server = createServer(application(database));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeIdleConnections();
      }),
  };
}

function application(database: Database): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '256kb' }));
  for (const area of [
    productVerbs,
    priceVerbs,
    stockVerbs,
    reservationVerbs,
    orderVerbs,
    shipVerb,
    trackingVerb,
    invoiceVerb,
    refundVerb,
    orderViews,
    deliveryViews,
    productViews,
  ]) {
    app.use(area(database));
  }
  app.get('/', async (_request, response) => {
    response.type('html').send(await readFile(new URL('page.html', PAGE), 'utf8'));
  });
  app.get(PAGE_PARTS, async (request, response) => {
    const name = request.path.slice(1);
    response.type(name).send(await readFile(new URL(name, PAGE), 'utf8'));
  });
  app.use((request, response) => {
    const message = `There is no ${request.method} ${request.path}.`;
    response.status(404).json({ code: 'path_unknown', message });
  });
  app.use(onError);
  return app;
}

const onError: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const { status, body } = answerFor(error);
  if (status >= 500) console.error(`${request.method} ${request.path}:`, error);
  response.status(status).json(body);
};
