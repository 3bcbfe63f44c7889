/** What every boxed control (input, textarea, select) looks like. */
export const controlClass =
  'w-full min-w-0 rounded-md border border-control bg-panel text-sm text-ink transition-colors duration-150 ' +
  'hover:border-ink-3 disabled:bg-sunk disabled:text-ink-3 [&:is(input,textarea):read-only]:bg-sunk ' +
  'aria-invalid:border-failure'
