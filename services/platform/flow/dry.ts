/**
 * A dry flow says what it would do, and leaves nothing behind that the flow would trust once it is on: it reads under a
 * group of its own, so that everything it has judged is handled in full after the switch, and it parks nothing, because
 * nobody releases what was never tried. What it says stands on `cartage.outcomes` under that group; `cartage dry-report`
 * sums it up.
 */
import { groupIn } from '../groups.ts';
import type { Mode } from '../groups.ts';
import type { FlowContext } from './context.ts';
import { openParking } from './outcome/parking.ts';
import type { Parking, ParkingFlow } from './outcome/parking.ts';

/** What the flow runs in, and where it parks. */
export async function openInMode(
  context: FlowContext,
  flow: ParkingFlow & { mode: Mode },
): Promise<{ context: FlowContext; parking: Parking }> {
  if (flow.mode === 'on') return { context, parking: await openParking(context, flow) };
  return { context: { ...context, group: groupIn('dry', context.group) }, parking: nothingParked };
}

const nothingParked: Parking = {
  park: async () => undefined,
  parkUndecodable: async () => undefined,
  clear: async () => undefined,
  size: () => 0,
  arrived: () => undefined,
  stop: async () => undefined,
};
