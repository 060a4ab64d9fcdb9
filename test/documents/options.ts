import type { Magento } from '../../services/magento/magento.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import type { FulfilmentOptions } from '../../services/shipment-applier/fulfilment.ts';
import type { LookUp } from '../../services/shipment-applier/fulfilment.ts';
import { LookedUp } from '../../services/shipment-applier/looked-up.ts';
import { Room } from '../../services/shipment-applier/room.ts';

/** What documents are applied with where no stock is waited for and nothing is asked for afterwards. */
export const optionsWith = (magento: Magento, carriers: object = {}): FulfilmentOptions => ({
  magento,
  clock: systemClock,
  lookedUp: new LookedUp<LookUp>(systemClock),
  instance: 'main',
  fulfilments: fulfilmentsSection.parse({ since: '2026-01-01T00:00:00Z', carriers }),
  stock: { sources: { W1: 'default' } },
  settleMs: 0,
  storeIds: { of: () => Promise.resolve(1) },
  requestRefresh: () => Promise.resolve(),
  stockWait: null,
  room: new Room(),
});
