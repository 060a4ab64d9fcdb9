import { adminTokenRoutes } from './resources/admin-token.ts';
import { attributeRoutes } from './resources/attributes.ts';
import { basePriceRoutes } from './resources/base-prices.ts';
import { categoryRoutes } from './resources/categories.ts';
import { configurableRoutes } from './resources/configurable-products.ts';
import { creditMemoRoutes } from './resources/credit-memos.ts';
import { customerGroupRoutes } from './resources/customer-groups.ts';
import { customerRoutes } from './resources/customers.ts';
import { directoryRoutes } from './resources/directory.ts';
import { guestCartRoutes } from './resources/guest-carts.ts';
import { invoiceRoutes } from './resources/invoices.ts';
import { mediaRoutes } from './resources/media.ts';
import { orderRoutes } from './resources/orders.ts';
import { productRoutes } from './resources/products.ts';
import { salableRoutes } from './resources/salable.ts';
import { schemaRoutes } from './resources/schema.ts';
import { documentRoutes } from './resources/ship.ts';
import { shipmentRoutes } from './resources/shipments.ts';
import { sourceItemRoutes } from './resources/source-items.ts';
import { sourceRoutes } from './resources/sources.ts';
import { specialPriceRoutes } from './resources/special-prices.ts';
import { stockRoutes } from './resources/stocks.ts';
import { storeRoutes } from './resources/store.ts';
import { taxClassRoutes } from './resources/tax-classes.ts';
import { tierPriceRoutes } from './resources/tier-prices.ts';
import type { Route } from './rest/call.ts';

/** Every REST route that the stand-in answers; all others are "no route". */
export const ROUTES: readonly Route[] = [
  ...storeRoutes,
  ...directoryRoutes,
  ...schemaRoutes,
  ...adminTokenRoutes,
  ...basePriceRoutes,
  ...specialPriceRoutes,
  ...tierPriceRoutes,
  ...attributeRoutes,
  ...productRoutes,
  ...categoryRoutes,
  ...configurableRoutes,
  ...mediaRoutes,
  ...sourceRoutes,
  ...stockRoutes,
  ...sourceItemRoutes,
  ...salableRoutes,
  ...guestCartRoutes,
  ...customerRoutes,
  ...customerGroupRoutes,
  ...orderRoutes,
  ...documentRoutes,
  ...shipmentRoutes,
  ...invoiceRoutes,
  ...creditMemoRoutes,
  ...taxClassRoutes,
];
