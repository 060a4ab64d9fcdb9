/**
 * One at a time, whoever asks for it: null at once while another one is under way. Nobody waits for his turn, so nothing
 * is done for a client that has gone meanwhile, and nobody takes the turn of somebody else.
 */
export function oneAtATime(): <Done>(run: () => Promise<Done>) => Promise<Done | null> {
  let isBusy = false;
  return async (run) => {
    if (isBusy) return null;
    isBusy = true;
    try {
      return await run();
    } finally {
      isBusy = false;
    }
  };
}
