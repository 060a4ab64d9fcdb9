import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoShipment, Track } from '../magento/shipments.ts';
import type { Config } from '../platform/config/schema.ts';
import { Held } from '../platform/errors.ts';

/** The tracks of a document. @throws Held when a carrier has no Magento carrier. */
export function tracksOf(document: Fulfilment, carriers: Config['fulfilments']['carriers']): Track[] {
  return document.packages.map(({ carrier, trackingNumber }) => {
    const mapped = carriers[carrier];
    if (mapped) return { carrierCode: mapped.code, title: mapped.title, number: trackingNumber };
    throw new Held({
      code: 'shipment.carrier_unmapped',
      what: `Document ${document.documentId}: the ERP carrier ${carrier} has no Magento carrier`,
      fix: `Add ${JSON.stringify(carrier)}: { code: <carrier code>, title: <name> } under fulfilments.carriers in the configuration; the document is released by that`,
      waitsFor: `configuration/fulfilments/carriers/${carrier}`,
    });
  });
}

/** Tracks the shipment does not have yet: numbers often come late. The same number twice would make two. */
export function missingTracks(wanted: readonly Track[], shipment: MagentoShipment): Track[] {
  const known = new Set(shipment.tracks.map(({ track_number }) => track_number));
  return wanted.filter(({ number }) => !known.has(number));
}
