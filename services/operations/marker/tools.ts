import type { MarkerErp } from '../../erp/marker.ts';
import type { FoundOrder } from '../../erp/orders/erp-orders.ts';
import type { MarkerConfig } from '../../platform/config/sections/marker.ts';
import type { MarkerShopApi } from './marker-shop.ts';
import type { MarkerRecords } from './records.ts';
import type { StepsOptions } from './steps.ts';

/** What a run of the marker order works with. */
export interface MarkerTools extends Omit<StepsOptions, 'withinMs'> {
  shop: MarkerShopApi;
  erp: Pick<MarkerErp, 'run' | 'steps'>;
  lookUpOrder: (key: string) => Promise<FoundOrder | null>;
  /** What the ERP says there is of a SKU; null: no stream of it tells stock. */
  stockInErp: (sku: string) => Promise<number | null>;
  records: Pick<MarkerRecords, 'note' | 'all'>;
  instance: string;
  marker: MarkerConfig;
}
