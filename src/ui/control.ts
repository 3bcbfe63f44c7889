/** What every boxed control (input, textarea, select) looks like. */
export const controlClass =
  'w-full min-w-0 rounded-md border border-control bg-panel text-sm text-ink transition-colors duration-150 ' +
  // A phone zooms in on a field whose letters are smaller than this, and stays there.
  'pointer-coarse:text-base ' +
  'hover:border-ink-3 disabled:bg-sunk disabled:text-ink-3 [&:is(input,textarea):read-only]:bg-sunk ' +
  'aria-invalid:border-failure'
