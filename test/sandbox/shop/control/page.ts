/** The page for people at `/`. */
export const PAGE = '<!doctype html><title>Sandbox shop</title><h1>Sandbox shop</h1>';
