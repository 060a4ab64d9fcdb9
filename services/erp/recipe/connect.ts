import type { Clock } from '../../platform/clock.ts';
import type { Recipe } from '../../platform/config/sections/recipe.ts';
import { createHttpClient } from '../../platform/http/client.ts';
import { outcomeOfStatus } from '../../platform/telemetry/sink-calls.ts';
import type { SinkCall } from '../../platform/telemetry/sink-calls.ts';
import { Caller } from './caller.ts';
import { RecipeOrders } from './recipe-orders.ts';
import { Wire } from './wire.ts';

export interface RecipeConnection {
  recipe: Recipe;
  /** As they are now, for secrets that change while the process runs. */
  secrets?: () => Recipe['secrets'];
  clock: Clock;
  /** Told of each call. */
  onCall?: (call: SinkCall) => void;
}

/** The configured ERP: one client per host, and what is asked through them. */
export function connectRecipe({ recipe, secrets = () => recipe.secrets, clock, onCall }: RecipeConnection) {
  const client = (address: string) =>
    createHttpClient({
      name: 'The ERP',
      origin: new URL(address).origin,
      connections: recipe.connections,
      deadlineMs: recipe.deadlineMs,
      onAnswer: ({ status, durationMs, route }) =>
        onCall?.({
          route: `erp.${route}`,
          code: String(status),
          outcome: outcomeOfStatus(status),
          durationMs,
        }),
    });
  const http = client(recipe.url);
  const logInUrl = recipe.session.open?.url;
  const logInHttp = logInUrl === undefined ? http : client(logInUrl);
  const wire = new Wire(recipe, secrets);
  const caller = new Caller({ wire, http, logInHttp, clock });
  return {
    caller,
    orders: new RecipeOrders(recipe, caller, clock),
    close: async () => void (await Promise.all([http.close(), logInHttp.close()])),
  };
}
