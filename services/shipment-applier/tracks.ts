import type { Fulfilment } from '../../schemas/types.ts';
import type { MagentoShipment, Track } from '../magento/shipments.ts';
import { isMarker } from '../magento/marker.ts';
import { epochMsOf } from '../magento/rest/time.ts';
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

type MadeTrack = MagentoShipment['tracks'][number];

/** Of a track that came late: which document, and as of when, has brought it. */
export function stampOf(marker: string, { epoch, number }: Fulfilment['version']): string {
  return `${marker} ${epoch}/${number}`;
}

/**
 * Tracks that the ERP's document had and has no more. Only our own: those with a stamp, and those that were made with the
 * shipment, where we have made it. What a later state of the document has brought, an earlier one that is replayed leaves.
 */
export function takenTracks(
  document: Fulfilment,
  { tracks, comments }: MagentoShipment,
  marker: string,
): MadeTrack[] {
  const numbers = new Set(document.packages.map(({ trackingNumber }) => trackingNumber));
  const markedAt = comments.find(({ comment }) => isMarker(comment, marker))?.created_at ?? null;
  return tracks.filter(({ track_number, description, created_at }) => {
    if (numbers.has(track_number)) return false;
    if (description?.startsWith(`${marker} `)) return !isLater(description, marker, document.version);
    return markedAt !== null && created_at !== null && isTogether(markedAt, created_at);
  });
}

/** One request makes both, in whole seconds; a person's shipment is marked when its document comes. */
const togetherMs = 1_000;

const isTogether = (one: string, other: string) => Math.abs(epochMsOf(one) - epochMsOf(other)) <= togetherMs;

function isLater(stamp: string, marker: string, version: Fulfilment['version']): boolean {
  const [epoch = 0, number = 0] = stamp
    .slice(marker.length + 1)
    .split('/')
    .map(Number);
  return epoch > version.epoch || (epoch === version.epoch && number > version.number);
}
