import { smaller } from './quantity.ts';
import type { TenThousandths } from './quantity.ts';
import type { FreeStock } from './stock.ts';

export interface Wanted {
  lineId: number;
  productId: number;
  quantity: TenThousandths;
}

export interface Allotment {
  lineId: number;
  warehouseId: number;
  quantity: TenThousandths;
  /** False: nothing is there for it, the delivery waits for goods. */
  reserved: boolean;
}

/**
 * Says which warehouse delivers what. One parcel is cheaper than two, so a warehouse that has everything gets
 * everything; else each line is taken from the warehouses in their order, and what none has waits at the first.
 *
 * @param free every product wanted at every warehouse, warehouses in the order of preference
 */
export function allocate(wanted: Wanted[], free: FreeStock[]): Allotment[] {
  const warehouseIds = [...new Set(free.map((one) => one.warehouseId))];
  const whole = warehouseIds.find((id) => unmet(take(wanted, [id], free)).length === 0);
  const taken = take(wanted, whole === undefined ? warehouseIds : [whole], free);
  const waitsAt = warehouseIds[0];
  if (waitsAt === undefined) throw new Error('No warehouse to deliver from.');
  return [
    ...taken.allotments,
    ...unmet(taken).map(({ lineId, quantity }) => ({
      lineId,
      warehouseId: waitsAt,
      quantity,
      reserved: false,
    })),
  ];
}

interface Taken {
  allotments: Allotment[];
  left: Wanted[];
}

function take(wanted: Wanted[], warehouseIds: number[], free: FreeStock[]): Taken {
  const stock = new Map(free.map((one) => [`${one.productId}/${one.warehouseId}`, one.quantity]));
  const allotments: Allotment[] = [];
  const left = wanted.map((line) => {
    let missing = line.quantity;
    for (const warehouseId of warehouseIds) {
      const place = `${line.productId}/${warehouseId}`;
      const available = stock.get(place) ?? 0n;
      const quantity = smaller(missing, available);
      if (quantity <= 0n) continue;
      allotments.push({ lineId: line.lineId, warehouseId, quantity, reserved: true });
      stock.set(place, available - quantity);
      missing -= quantity;
    }
    return { ...line, quantity: missing };
  });
  return { allotments, left };
}

function unmet({ left }: Taken): Wanted[] {
  return left.filter((line) => line.quantity > 0n);
}
