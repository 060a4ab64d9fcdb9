import type { CodeIds } from '../../magento/code-ids.ts';
import type { Asked } from '../requests/request.ts';
import type { OrderNamed } from '../webhook/webhook-body.ts';
import { askedById, askedByNumber } from './order-request.ts';

export interface OrderNaming {
  instance: string;
  stores: Pick<CodeIds, 'knownCode' | 'codeOf'>;
}

/** The order's own key when the delivery and the shop tell it; else by id. Null when neither can be made. */
export function askedOfOrder(named: OrderNamed, naming: OrderNaming): Asked | Promise<Asked | null> {
  const { instance, stores } = naming;
  const { entity_id, increment_id, store_id } = named;
  if (increment_id == null) return askedById(instance, entity_id!);
  // Its id first: the code may be a newer one than keys are made of (magento.storeCodes).
  const store = (store_id == null ? undefined : stores.knownCode(store_id)) ?? named.store_code ?? undefined;
  if (store !== undefined) return askedByNumber({ instance, store, incrementId: increment_id });
  if (store_id == null) return askedById(instance, entity_id!);
  return askForStore({ ...named, increment_id, store_id }, naming);
}

async function askForStore(
  named: OrderNamed & { increment_id: string; store_id: number },
  { stores, instance }: OrderNaming,
): Promise<Asked | null> {
  const byId = named.entity_id == null ? null : askedById(instance, named.entity_id);
  try {
    const store = await stores.codeOf(named.store_id);
    return store === null ? byId : askedByNumber({ instance, store, incrementId: named.increment_id });
  } catch (error) {
    // The shop cannot be asked now; whoever serves the request asks later.
    if (byId === null) throw error;
    return byId;
  }
}
