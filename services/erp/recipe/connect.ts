import type { Clock } from '../../platform/clock.ts';
import type { Frame, Recipe } from '../../platform/config/sections/recipe.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { outcomeOfStatus } from '../../platform/telemetry/sink-calls.ts';
import type { SinkCall } from '../../platform/telemetry/sink-calls.ts';
import { Caller } from './caller.ts';
import { RecipeCustomers } from './recipe-customers.ts';
import { RecipeOrders } from './recipe-orders.ts';
import { Wire } from './wire.ts';

export interface ApiConnection {
  api: Frame;
  /** Where it stands in the configuration. */
  root: string;
  /** As they are now, for secrets that change while the process runs. */
  secrets?: () => Frame['secrets'];
  clock: Clock;
  /** Told of each call. */
  onCall?: ((call: SinkCall) => void) | undefined;
}

export type RecipeConnection = Omit<ApiConnection, 'api' | 'root'> & { recipe: Recipe };

/** One client per host, and who calls through them. */
export function connectApi({ api, root, secrets = () => api.secrets, clock, onCall }: ApiConnection) {
  const client = (address: string) =>
    createHttpClient({
      name: 'The ERP',
      origin: new URL(address).origin,
      connections: api.connections,
      deadlineMs: api.deadlineMs,
      onAnswer: ({ status, durationMs, route }) =>
        onCall?.({
          route: route.startsWith('erp.') ? route : `erp.${route}`,
          code: String(status),
          outcome: outcomeOfStatus(status),
          durationMs,
        }),
    });
  const http = client(api.url);
  const logInUrl = api.session.open?.url;
  const logInHttp = logInUrl === undefined ? http : client(logInUrl);
  const caller = new Caller({ wire: new Wire(api, secrets, root), http, logInHttp, clock });
  return { caller, close: async () => void (await Promise.all([http.close(), logInHttp.close()])) };
}

/** The configured ERP, and what is asked of it about orders and customers. */
export function connectRecipe({ recipe, ...connection }: RecipeConnection) {
  const { caller, close } = connectApi({ ...connection, api: recipe, root: 'erp.recipe' });
  const { customers } = recipe;
  return {
    caller,
    orders: new RecipeOrders(recipe, caller, connection.clock),
    customers: customers === undefined ? null : new RecipeCustomers(customers, caller, connection.clock),
    close,
  };
}
