import type { Config } from '../platform/config/schema.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import type { Magento } from './magento.ts';

export const setNames = ['credentials', 'nextCredentials'] as const;

/** Shows what is known of the shop besides its answers: how far its clock is from ours, and how the credentials stand. */
export function showShop(
  { shopClockSkew, shopCredentialsInUse, shopCredentialsIssued }: Metrics,
  magento: Magento,
  config: Config['magento'],
): void {
  const clock = magento.rest.clock();
  if (clock) shopClockSkew.set({ sink: 'magento' }, clock.skewMs / 1000);
  setNames.forEach((set, place) => {
    const issuedOn = config[set]?.issuedOn;
    if (issuedOn === undefined) shopCredentialsIssued.remove({ set });
    else shopCredentialsIssued.set({ set }, Date.parse(issuedOn) / 1000);
    if (config[set]) shopCredentialsInUse.set({ set }, place === magento.credentialsInUse() ? 1 : 0);
    else shopCredentialsInUse.remove({ set });
  });
}
